import * as z from 'zod'

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const expected = 'takes a whole number with s, m, h or d behind it, such as 2h'

/** A length of time on the command line, as seconds. */
export const duration = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, expected)
  .transform((text) => Number(text.slice(0, -1)) * (seconds[text.slice(-1)] ?? 0))

/** A length of time for a person: in its two largest units. */
export function describeDuration(total: number): string {
  const whole = Math.floor(total)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return `${total.toFixed(1)} s`
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
