/** The time of an answer by the other side's clock; null if the answer does not say it. */
export function dateOf({ date }: Readonly<Record<string, string>>): Date | null {
  const time = new Date(date ?? '')
  return Number.isNaN(time.getTime()) ? null : time
}
