import type * as z from 'zod'
import type { Kit } from '../kit.ts'
import { problemsOf } from './check.ts'
import { pointerTo } from './pointer.ts'
import type { Problem } from './problem.ts'
import { type Manifest, manifestSchema } from './schema.ts'

/** A manifest that cannot be used: a sentence for each mistake, with the file and the JSON pointer. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/** Reads the text of a manifest. `file` names it in errors, which never repeat a value. @throws ManifestError */
export function readManifest(text: string, file: string, kit: Kit): Manifest {
  const parsed = manifestSchema(kit).safeParse(jsonOf(text, file))
  if (!parsed.success) throw failed(file, parsed.error.issues.map(problemIn))
  const problems = problemsOf(parsed.data, kit)
  if (problems.length > 0) throw failed(file, problems)
  return parsed.data
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw failed(file, [{ pointer: '', sentence: 'is not JSON (comments and trailing commas are not read)' }])
  }
}

const failed = (file: string, problems: readonly Problem[]) =>
  new ManifestError(
    [
      ...problems.map(({ pointer, sentence }) => `manifest ${file}: ${pointer || 'it'} ${sentence}.`),
      'Correct the manifest; docs/custom-providers.md explains each field.',
    ].join('\n'),
  )

function problemIn(issue: z.core.$ZodIssue): Problem {
  return { pointer: pointerTo(issue.path), sentence: sentenceOf(issue) }
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `has fields that are not known: ${issue.keys.map((key) => JSON.stringify(key.slice(0, 60))).join(', ')}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing, or is not of the type ${issue.expected}`
        : `must be of the type ${issue.expected}`
    case 'invalid_union':
      return unionSentence(issue)
    case 'invalid_format':
    case 'custom':
      return issue.message.startsWith('must') ? issue.message : `is not right: ${issue.message}`
    default:
      return `is not right: ${issue.message}`
  }
}

/** The sentence of the variant that fits best: the one with the fewest mistakes, and of these the one that fits furthest in. */
function unionSentence(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.errors.length === 0) return 'must be a type that docs/custom-providers.md names'
  const depth = ([first]: readonly z.core.$ZodIssue[]) => first?.path.length ?? 0
  const [closest = []] = issue.errors.toSorted(
    (left, right) => left.length - right.length || depth(right) - depth(left),
  )
  const [first] = closest
  return first ? `fits no form: ${pointerTo(first.path) || 'it'} ${sentenceOf(first)}` : 'fits no form'
}
