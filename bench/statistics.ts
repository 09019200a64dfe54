/** The middle of several runs and their ends. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** An even number has the mean of the middle two. NaN without any. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) }
}

/** `9,812 (9,640–9,900)`; one value alone where there is but one. `–` for what could not be measured. */
export function shown({ median, min, max }: Spread, digits = 0): string {
  if (!Number.isFinite(median)) return '–'
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)}–${text(max)})`
}
