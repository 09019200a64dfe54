export interface Planted {
  readonly kind: 'missing' | 'changed' | 'extra'
  /** The statement that plants it in the row `$1` of `table`. */
  readonly statement: (table: string, columns: readonly string[]) => string
}

/** Differences that any synced table can have. `suffix`: what makes a row's id that of a row too many. */
export const plantedKinds = (suffix: string): Readonly<Record<string, Planted>> => ({
  'a changed payload': {
    kind: 'changed',
    statement: (table) => `update ${table} set raw = raw || '{"planted": 1}' where id = $1`,
  },
  'a missing row': { kind: 'missing', statement: (table) => `delete from ${table} where id = $1` },
  'a row that is wrongly marked as deleted': {
    kind: 'missing',
    statement: (table) => `update ${table} set deleted_at = now() where id = $1`,
  },
  'a row too many': {
    kind: 'extra',
    statement: (table) =>
      `insert into ${table} select (jsonb_populate_record(row, jsonb_build_object('id', row.id || '${suffix}'))).* from ${table} as row where id = $1`,
  },
})
