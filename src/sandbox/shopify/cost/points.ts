/** What the queries with one root field were asked for and did cost. */
export interface FieldPoints {
  readonly queries: number
  readonly requested: number
  readonly actual: number
}

export interface PointStats extends FieldPoints {
  /** Queries that the bucket did not hold the points of. */
  readonly throttled: number
  /** By root field; a query with two of them is counted for both. */
  readonly perField: Readonly<Record<string, FieldPoints>>
}

/** Counts the points of the answered queries. */
export interface Points {
  spent(fields: readonly string[], cost: Pick<FieldPoints, 'requested' | 'actual'>): void
  throttled(): void
  stats(): PointStats
}

export function createPoints(): Points {
  const totals = { queries: 0, requested: 0, actual: 0, throttled: 0 }
  const perField: Record<string, { queries: number; requested: number; actual: number }> = {}
  return {
    spent(fields, { requested, actual }) {
      for (const field of fields) perField[field] ??= { queries: 0, requested: 0, actual: 0 }
      for (const counts of [totals, ...fields.flatMap((field) => perField[field] ?? [])]) {
        counts.queries++
        counts.requested += requested
        counts.actual += actual
      }
    },
    throttled: () => void totals.throttled++,
    stats: () => structuredClone({ ...totals, perField }),
  }
}
