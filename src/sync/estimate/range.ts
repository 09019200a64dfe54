/** A number that is not known exactly. */
export interface Range {
  readonly least: number
  readonly likely: number
  /** Null: no upper end is known, because more may hide where nobody looked. */
  readonly most: number | null
}

export const exactly = (number: number): Range => ({ least: number, likely: number, most: number })

/** The sum. It has no upper end if a part has none. */
export function sumOf(ranges: readonly Range[]): Range {
  return ranges.reduce(
    (sum, { least, likely, most }) => ({
      least: sum.least + least,
      likely: sum.likely + likely,
      most: sum.most === null || most === null ? null : sum.most + most,
    }),
    exactly(0),
  )
}

/** The range of what grows with a number. */
export function rangeOf({ least, likely, most }: Range, grow: (number: number) => number): Range {
  return { least: grow(least), likely: grow(likely), most: most === null ? null : grow(most) }
}
