import pg from 'pg'
import type { StampedRow } from '../src/db/stamped-row.ts'
import { RawJson } from '../src/json/raw-json.ts'
import type { Bench } from './bench.ts'

/*
 * The least that Postgres can do for these rows: what the write path is compared with. Payloads as one JSON parameter, the
 * columns taken out of them in SQL; no older row is looked for, nothing is compared, counted or sorted.
 */
const plainInsert = `insert into customers (tenant_id, provider, account, id, email, name, phone, description, currency, balance,
    delinquent, livemode, metadata, country, created_at, observed_at, raw)
  select '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03', 'stripe', 'acct_1', v ->> 'id', v ->> 'email', v ->> 'name', v ->> 'phone',
    v ->> 'description', v ->> 'currency', (v ->> 'balance')::bigint, (v ->> 'delinquent')::boolean,
    (v ->> 'livemode')::boolean, v -> 'metadata', 'DE', to_timestamp((v ->> 'created')::float8), now(), v
  from jsonb_array_elements($1::jsonb) as v`

/** Milliseconds, over one connection. */
export async function insertPlainly({ postgres }: Bench, rows: readonly StampedRow[], size: number): Promise<number> {
  const database = await postgres.freshDatabase('worker')
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`select set_config('app.tenant_id', '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03', false)`)
  const texts: string[] = []
  for (let at = 0; at < rows.length; at += size)
    texts.push(JSON.stringify(rows.slice(at, at + size).map(({ raw }) => (raw instanceof RawJson ? raw.value() : raw))))
  try {
    const began = performance.now()
    for (const text of texts) await client.query(plainInsert, [text])
    return performance.now() - began
  } finally {
    await client.end()
    await database.drop()
  }
}
