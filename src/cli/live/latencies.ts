/** The value below which a share of the values lies; null of none. The values are in ascending order. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

/** `0.09 s`, `12.3 s`; three places where two would say nothing. */
export function inSeconds(ms: number | null): string {
  if (ms === null) return '–'
  const seconds = ms / 1_000
  return `${seconds.toFixed(seconds < 0.01 ? 3 : seconds < 10 ? 2 : 1)} s`
}

/** The line of values for the terminal: `p50 0.09 s   p99 0.41 s`. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `p50 ${inSeconds(percentile(sorted, 0.5))}   p99 ${inSeconds(percentile(sorted, 0.99))}`
}
