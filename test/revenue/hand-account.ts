import { expect } from 'vitest'

/* What the hand-computed accounts of the providers share: times of months, and views as lines of text. */

interface Synced {
  readonly query: (text: string) => Promise<Record<string, unknown>[]>
}

/** The month so many before this one, as `YYYY-MM`. */
export const month = (ago: number, now = new Date()) =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7)

/** A moment of that month. */
export const inMonth = (ago: number, day = 10) => `${month(ago)}-${String(day).padStart(2, '0')}T12:00:00Z`

export const daysAgo = (days: number) => `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`

/** The last four decimals of a number are not looked at: `2166.6666666666667` is `2166.6667`. */
const short = (value: unknown) =>
  (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) || typeof value === 'number'
    ? String(Number(Number(value).toFixed(4)))
    : String(value)

/** Reads columns of a view as one line of text for each row. */
export function readViews({ query }: Synced) {
  return async (name: string, columns: string, { where = 'true', order = '1' } = {}): Promise<readonly string[]> =>
    (await query(`select ${columns} from metrics.${name} where ${where} order by ${order}`)).map((row) =>
      Object.values(row).map(short).join(' '),
    )
}

/** Expects that a job has completed. */
export async function completed(job: Promise<{ readonly status: string; readonly error: unknown }>): Promise<void> {
  const { status, error } = await job
  expect({ status, error }).toEqual({ status: 'completed', error: null })
}
