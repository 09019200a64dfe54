import type pg from 'pg'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'

type Query = <Row extends pg.QueryResultRow = Record<string, unknown>>(
  text: string,
  values?: unknown[],
) => Promise<Row[]>

/** Every table of the schema, by what Postgres says there is. */
export async function allTables(query: Query): Promise<readonly string[]> {
  const rows = await query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** Rows as text that hold one of these words in any column, payload included, by table. A table without such rows is absent. */
export async function mentions(query: Query, needles: readonly string[]): Promise<Record<string, string[]>> {
  const matches: Record<string, string[]> = {}
  for (const table of await allTables(query)) {
    const rows = await query<{ text: string }>(
      `select left(stored::text, 2000) as text from "${table}" as stored where stored::text ~* $1`,
      [needles.join('|')],
    )
    if (rows.length > 0) matches[table] = rows.map(({ text }) => text)
  }
  return matches
}

/** All synced rows of all tenants to the byte, by table and key. */
export async function snapshot(query: Query): Promise<ReadonlyMap<string, string>> {
  const rows = new Map<string, string>()
  for (const table of await allTables(query)) {
    if (/^(sync_|erased_|erasure_)|^(states|event_routes)$/.test(table)) continue
    const resource = table === 'provider_objects' ? 'resource' : `''`
    const id = table.startsWith('mrr_') ? 'stored::text' : 'id'
    for (const row of await query<{ key: string; text: string }>(
      `select concat_ws(' ', tenant_id, provider, ${resource}, ${id}) as key, stored::text as text from "${table}" as stored`,
    ))
      rows.set(`${table} ${row.key}`, row.text)
  }
  return rows
}

/** Ids of the sandbox's objects about a customer, by table. Written independently of the worker's rules. */
export function aboutCustomer(
  sandbox: Pick<Sandbox, 'expected' | 'expectedNested'>,
  customer: string,
): Readonly<Record<string, ReadonlySet<string>>> {
  const where = (
    name: Parameters<Sandbox['expected']>[0],
    is: (object: Readonly<Record<string, unknown>>) => boolean,
  ) =>
    new Set(
      sandbox
        .expected(name)
        .filter(is)
        .map(({ id }) => id),
    )
  const namingCustomer = (name: Parameters<Sandbox['expected']>[0]) =>
    where(name, (object) => object.customer === customer)
  const lines = (name: Parameters<Sandbox['expectedNested']>[0], parents: ReadonlySet<string>) =>
    new Set(
      sandbox
        .expectedNested(name)
        .filter(({ parent }) => parents.has(parent))
        .map(({ row }) => row.id),
    )
  const invoices = namingCustomer('invoices')
  const subscriptions = namingCustomer('subscriptions')
  const payments = namingCustomer('charges')
  const intents = namingCustomer('payment_intents')
  const notes = namingCustomer('credit_notes')
  const ofPayment = (object: Readonly<Record<string, unknown>>) =>
    payments.has(String(object.charge)) || intents.has(String(object.payment_intent))
  const refunds = where('refunds', ofPayment)
  const disputes = where('disputes', ofPayment)
  return {
    customers: new Set([customer]),
    subscriptions,
    subscription_items: lines('subscription_items', subscriptions),
    subscription_schedules: namingCustomer('subscription_schedules'),
    invoices,
    invoice_lines: lines('invoice_lines', invoices),
    invoice_items: namingCustomer('invoiceitems'),
    invoice_payments: where('invoice_payments', (object) => invoices.has(String(object.invoice))),
    payments,
    payment_intents: intents,
    refunds,
    disputes,
    credit_notes: notes,
    credit_note_lines: lines('credit_note_lines', notes),
    balance_transactions: where('balance_transactions', ({ source }) =>
      [payments, refunds, disputes].some((ids) => ids.has(String(source))),
    ),
    promotion_codes: namingCustomer('promotion_codes'),
  }
}

/** The customer with rows in the most tables, given a name and an address that no other customer has. */
export function prominentCustomer(sandbox: Sandbox) {
  const unchanging = frozen(sandbox)
  const richness = sandbox.expected('customers').map(({ id }) => {
    const about = Object.values(aboutCustomer(unchanging, id))
    return { id, tables: about.filter((ids) => ids.size > 0).length }
  })
  const [richest] = richness.toSorted((a, b) => b.tables - a.tables)
  if (!richest) throw new Error('the sandbox has no customers')
  const { id } = richest
  const person = { id, name: 'Zoë Quellenreuther', email: 'zoe.quellenreuther@example.org' }
  const { name, email } = person
  const silent = { silent: true }
  const about = aboutCustomer(sandbox, id)
  sandbox.update('customers', id, { name, email, shipping: null }, silent)
  for (const id of about.invoices ?? [])
    sandbox.update('invoices', id, { customer_email: email, customer_name: name }, silent)
  for (const id of about.payments ?? [])
    sandbox.update('charges', id, { receipt_email: email, billing_details: { email, name } }, silent)
  for (const id of about.disputes ?? []) sandbox.update('disputes', id, { evidence: { customer_name: name } }, silent)
  return { ...person, needles: [id, 'quellenreuther'], tables: richest.tables }
}

/** The sandbox's objects as they are now, each list built once. */
function frozen(sandbox: Sandbox): Pick<Sandbox, 'expected' | 'expectedNested'> {
  const lists = new Map<string, ReturnType<Sandbox['expected']>>()
  const nested = new Map<string, ReturnType<Sandbox['expectedNested']>>()
  const once = <T>(known: Map<string, T>, name: string, read: () => T): T => {
    const list = known.get(name) ?? read()
    known.set(name, list)
    return list
  }
  return {
    expected: (name) => once(lists, name, () => sandbox.expected(name)),
    expectedNested: (name) => once(nested, name, () => sandbox.expectedNested(name)),
  }
}
