import { createHash } from 'node:crypto'
import type { Query } from '../fault-env.ts'
import { nestedTables } from '../tables.ts'

/*
 * What must become of objects as they go over the wire, worked out without the worker: by JSON.parse for ids, by Postgres
 * itself for what it takes.
 */

export interface Sent {
  /** The table, which is called as the worker's resource. */
  readonly table: string
  readonly bytes: Buffer
  /** Columns that must be null, by the names of their fields. */
  readonly empty: readonly string[]
}

interface Judged extends Sent {
  /** What jsonb must hold, as text. */
  readonly text: string
  readonly parsed: unknown
  /** The id, or what stands for it in sync_rejects. */
  readonly key: string
  readonly usable: boolean
  stored: boolean
}

/** What differs from what must be, in sentences; and how many rows and rejects there must be. */
export async function examineItems(query: Query, tenantId: string, sent: readonly Sent[]) {
  const judged = sent.map(judge)
  await askPostgres(query, judged)
  const storedItems = judged.filter((item) => item.stored)
  const rejected = judged.filter((item) => !item.stored)
  const inner = judged.filter(({ usable }) => usable).flatMap(rowsWithin)
  const problems = [
    ...(await compareRows(query, tenantId, [...storedItems, ...inner])),
    ...(await compareRejects(query, tenantId, rejected)),
    ...(await findFilled(query, tenantId, storedItems)),
  ]
  const keys = (all: readonly { table: string; key: string }[]) =>
    new Set(all.map(({ table, key }) => `${table} ${key}`))
  return { problems, rows: keys([...storedItems, ...inner]).size, rejects: keys(rejected).size }
}

function judge(sent: Sent): Judged {
  const text = sanitise(sent.bytes.toString('utf8'))
  const parsed: unknown = JSON.parse(sent.bytes.toString('utf8'))
  const id = Object(parsed).id as unknown
  const usable =
    !Array.isArray(parsed) &&
    typeof id === 'string' &&
    id !== '' &&
    Buffer.byteLength(id) <= 1_024 &&
    !/\0/.test(id) &&
    Buffer.from(id).toString() === id
  const key = usable ? id : createHash('sha256').update(written(parsed)).digest('hex')
  return { ...sent, text, parsed, key, usable, stored: usable }
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return '(nested too deep to be written as JSON)'
  }
}

/** NUL and halves of pairs become U+FFFD, letter by letter. */
function sanitise(json: string): string {
  let out = ''
  let from = 0
  for (let at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at)) {
    const unit = json[at + 1] === 'u' ? Number.parseInt(json.slice(at + 2, at + 6), 16) : Number.NaN
    const next = json.slice(at + 6, at + 8) === '\\u' ? Number.parseInt(json.slice(at + 8, at + 12), 16) : Number.NaN
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) at += 12
    else if (unit === 0 || (unit >= 0xd800 && unit < 0xe000)) {
      out += `${json.slice(from, at)}\\ufffd`
      at += 6
      from = at
    } else at += 2
  }
  return out + json.slice(from)
}

async function askPostgres(query: Query, judged: Judged[]): Promise<void> {
  // Neither the worker nor Postgres takes an item so deep. Postgres would fail the query below.
  for (const item of judged)
    if (['[', '{"a":'].some((open) => item.text.includes(open.repeat(2_000)))) item.stored = false
  const candidates = judged.filter((item) => item.stored)
  for (let at = 0; at < candidates.length; at += 500) {
    const chunk = candidates.slice(at, at + 500)
    const rows = await query<{ at: string }>(
      `select item.at from unnest($1::text[]) with ordinality as item(text, at) where not pg_input_is_valid(item.text, 'jsonb')`,
      [chunk.map(({ text }) => text)],
    )
    for (const row of rows) chunk[Number(row.at) - 1]!.stored = false
  }
}

interface Row {
  readonly table: string
  readonly key: string
  readonly text: string
}

function rowsWithin({ table, parsed, key }: Judged): Row[] {
  return Object.entries(nestedTables).flatMap(([nested, { name }]) => {
    const field =
      {
        subscription_items: ['subscriptions', 'items'],
        invoice_lines: ['invoices', 'lines'],
        credit_note_lines: ['credit_notes', 'lines'],
      }[name] ?? []
    if (field[0] !== table) return []
    const data = Object(Object(parsed)[field[1] ?? '']).data as readonly { id: string }[] | undefined
    return (data ?? []).map((item) => ({ table: nested, key: `${key} ${item.id}`, text: JSON.stringify(item) }))
  })
}

/** Rows that are lost, too many, or not as they were sent; an object that was sent in two versions may be either. */
async function compareRows(query: Query, tenantId: string, rows: readonly Row[]): Promise<readonly string[]> {
  const problems: string[] = []
  for (const table of new Set(rows.map((row) => row.table))) {
    const rowsOfTable = rows.filter((row) => row.table === table)
    const nested = Object.entries(nestedTables).find(([name]) => name === table)?.[1]
    const key = nested ? `${nested.parent} || ' ' || id` : 'id'
    const wrong = await query<{ what: string; key: string; raw: string }>(
      `with sent as materialized (select key, text::jsonb as raw from unnest($2::text[], $3::text[]) as item(key, text)),
        mine as materialized (select ${key} as key, raw from ${table} where tenant_id = $1 and deleted_at is null)
       select 'is lost' as what, key, raw::text from sent where key not in (select key from mine)
       union all select 'is not as it was sent', key, raw::text from mine where key in (select key from sent) and not exists (select from sent where sent.key = mine.key and sent.raw = mine.raw)
       union all select 'is too many', key, raw::text from mine where key not in (select key from sent)`,
      [tenantId, rowsOfTable.map((row) => row.key), rowsOfTable.map((row) => row.text)],
    )
    problems.push(
      ...wrong.map(
        (item) => `${table} ${JSON.stringify(item.key.slice(0, 60))} ${item.what}: ${item.raw.slice(0, 300)}`,
      ),
    )
  }
  return problems
}

async function compareRejects(query: Query, tenantId: string, rejected: readonly Judged[]): Promise<readonly string[]> {
  const rejects = await query<{ resource: string; item_key: string; code: string; reason: string }>(
    `select resource, item_key, code, reason from sync_rejects where tenant_id = $1`,
    [tenantId],
  )
  const expected = new Map(rejected.map((item) => [`${item.table} ${item.key}`, item]))
  const there = new Map(rejects.map((item) => [`${item.resource} ${item.item_key}`, item]))
  const lost = [...expected].filter(([key]) => !there.has(key))
  const extra = [...there].filter(([key]) => !expected.has(key))
  const miscoded = [...there].filter(
    ([key, { code }]) => expected.has(key) && (code === 'invalid_item') === expected.get(key)?.usable,
  )
  return [
    ...lost.map(([key, item]) => `${key} is not in sync_rejects: ${item.text.slice(0, 200)}`),
    ...extra.map(([key, item]) => `${key} is in sync_rejects: ${item.code}, ${item.reason}`),
    ...miscoded.map(([key, item]) => `${key} is in sync_rejects with code ${item.code}: ${item.reason}`),
  ]
}

/** Columns that have a value although their field has a shape nobody knows. */
async function findFilled(query: Query, tenantId: string, items: readonly Judged[]): Promise<readonly string[]> {
  const columns = await query<{ table: string; name: string }>(
    `select table_name as table, column_name as name from information_schema.columns where table_schema = 'public'`,
  )
  const known = new Set(columns.map(({ table, name }) => `${table} ${name}`))
  const problems: string[] = []
  const several = new Set(
    items.map(({ table, key }) => `${table} ${key}`).filter((name, at, all) => all.indexOf(name) !== at),
  )
  for (const { table, key, empty, text } of items)
    for (const field of empty) {
      const column = [field, `${field}_id`].find((name) => known.has(`${table} ${name}`))
      if (!column || several.has(`${table} ${key}`)) continue
      const filled = await query(
        `select ${column} as value from ${table} where tenant_id = $1 and id = $2 and ${column} is not null`,
        [tenantId, key],
      )
      problems.push(
        ...filled.map(
          ({ value }) =>
            `${table} ${key}: ${column} is ${String(value)} although ${field} has another shape: ${text.slice(-200)}`,
        ),
      )
    }
  return problems
}
