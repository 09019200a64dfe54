import * as z from 'zod'

/** A whole number on the command line. */
export function wholeNumber(min: number, max: number, fallback: number) {
  const expected = `takes a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected))
    .default(fallback)
}
