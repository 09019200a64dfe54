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

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? (beforeLast[column - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY
      current.push(Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced, swapped))
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
