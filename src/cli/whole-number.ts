import * as z from 'zod'

/** A whole number on the command line. */
export function wholeNumber(min: number, max: number, fallback: number) {
  return given(min, max).default(fallback)
}

/** A whole number on the command line that need not be there. */
export function optionalWholeNumber(min: number, max: number) {
  return given(min, max).optional()
}

function given(min: number, max: number) {
  const expected = `takes a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected))
}
