export const sorted = (values: readonly number[]) => values.toSorted((left, right) => left - right)

/** The value that this share of the ordered values do not exceed; 0 of none. */
export function percentile(ordered: readonly number[], share: number): number {
  return ordered[Math.min(ordered.length - 1, Math.ceil(share * ordered.length) - 1)] ?? 0
}
