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

/** Levenshtein: the least number of letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
