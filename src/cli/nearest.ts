import { editDistance } from '../config/nearest.ts'

/** A list of names that a sentence can hold. */
const fewNames = 12

/** A sentence: what is not known, and the nearest known name. `kind` is the noun: "The option". */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  if (!nearest) return `${kind} "${name}" is not known.`
  const { candidate, distance } = nearest
  if (distance <= Math.max(1, candidate.length / 3)) return `${kind} "${name}" is not known; did you mean ${candidate}?`
  if (known.length <= fewNames) return `${kind} "${name}" is not known; there are ${known.join(', ')}.`
  return `${kind} "${name}" is not known; of ${known.length} names, ${candidate} is the nearest.`
}
