import * as z from 'zod'
import { unknownName } from './nearest.ts'
import { UsageError } from './options.ts'

/** A text with commas between, as a list. */
export const listOf = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
)

/** Those of `known` that are named. @throws UsageError that has the nearest name for an unknown one. `kind` is a noun: "The status" */
export function namesOf<Name extends string>(kind: string, names: readonly string[], known: readonly Name[]): Name[] {
  return names.map((name) => {
    const match = known.find((candidate) => candidate === name)
    if (match === undefined) throw new UsageError(unknownName(kind, name, known))
    return match
  })
}
