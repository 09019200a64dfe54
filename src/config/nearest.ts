/** The known name that `name` is probably a misspelling of, case aside; undefined if none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const candidates = known
    .map((candidate) => ({ candidate, edits: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= allowedEdits(candidate))
    .sort((left, right) => left.edits - right.edits)
  return candidates[0]?.candidate
}

/** A third of the name's letters, at least one and at most three: `MaxRetry` is near `MaxRetries`, `Key` is not near `Url`. */
const allowedEdits = (name: string) => Math.min(3, Math.max(1, Math.floor(name.length / 3)))

/** The least number of edits: letters to insert, delete or replace, or neighbours to swap (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  const [letters, others] = [[...from], [...to]]
  let beforeLast: number[] = []
  let last = Array.from({ length: others.length + 1 }, (_, column) => column)
  for (const [row, letter] of letters.entries()) {
    const current = [row + 1]
    for (const [column, other] of others.entries()) {
      const replaced = (last[column] ?? 0) + (letter === other ? 0 : 1)
      const isSwap = row > 0 && column > 0 && letter === others[column - 1] && letters[row - 1] === other
      const swapped = isSwap ? (beforeLast[column - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(replaced, swapped, (last[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    beforeLast = last
    last = current
  }
  return last[others.length] ?? 0
}
