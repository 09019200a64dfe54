/** Who tries again after an error: see `docs/errors.md`, which is made from this folder. */
export type Retried =
  | 'yes'
  | 'outage'
  | 'no'
  | 'next job'
  | 'dead letter'
  | 'other worker'
  | 'other job'
  | 'next start'
  | 'next read'
  | 'nothing failed'

export interface Explanation {
  readonly happened: string
  readonly do: string
  readonly retried: Retried
}
