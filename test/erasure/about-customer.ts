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

/** Rows as text, payload and all, in which one of these words is anywhere in any column, by table; without the tables where there are none. */
export async function mentions(query: Query, needles: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const table of await allTables(query)) {
    const rows = await query<{ text: string }>(
      `select left(one::text, 2000) as text from "${table}" as one where one::text ~* $1`,
      [needles.join('|')],
    )
    if (rows.length > 0) found[table] = rows.map(({ text }) => text)
  }
  return found
}

/** All synced rows of all tenants to the byte, by table and key. */
export async function snapshot(query: Query): Promise<ReadonlyMap<string, string>> {
  const rows = new Map<string, string>()
  for (const table of await allTables(query)) {
    if (/^(sync_|erased_)/.test(table)) continue
    const resource = table === 'provider_objects' ? 'resource' : `''`
    for (const one of await query<{ key: string; text: string }>(
      `select concat_ws(' ', tenant_id, provider, ${resource}, id) as key, one::text as text from "${table}" as one`,
    ))
      rows.set(`${table} ${one.key}`, one.text)
  }
  return rows
}

/** What is about a customer by the sandbox's truth: ids by table. Written apart from the worker's own rules. */
export function aboutCustomer(
  sandbox: Pick<Sandbox, 'truth' | 'truthNested'>,
  customer: string,
): Readonly<Record<string, ReadonlySet<string>>> {
  const where = (name: Parameters<Sandbox['truth']>[0], is: (object: Readonly<Record<string, unknown>>) => boolean) =>
    new Set(
      sandbox
        .truth(name)
        .filter(is)
        .map(({ id }) => id),
    )
  const own = (name: Parameters<Sandbox['truth']>[0]) => where(name, (one) => one.customer === customer)
  const lines = (name: Parameters<Sandbox['truthNested']>[0], parents: ReadonlySet<string>) =>
    new Set(
      sandbox
        .truthNested(name)
        .filter(({ parent }) => parents.has(parent))
        .map(({ row }) => row.id),
    )
  const invoices = own('invoices')
  const subscriptions = own('subscriptions')
  const payments = own('charges')
  const intents = own('payment_intents')
  const notes = own('credit_notes')
  const ofPayment = (one: Readonly<Record<string, unknown>>) =>
    payments.has(String(one.charge)) || intents.has(String(one.payment_intent))
  const refunds = where('refunds', ofPayment)
  const disputes = where('disputes', ofPayment)
  return {
    customers: new Set([customer]),
    subscriptions,
    subscription_items: lines('subscription_items', subscriptions),
    subscription_schedules: own('subscription_schedules'),
    invoices,
    invoice_lines: lines('invoice_lines', invoices),
    invoice_items: own('invoiceitems'),
    invoice_payments: where('invoice_payments', (one) => invoices.has(String(one.invoice))),
    payments,
    payment_intents: intents,
    refunds,
    disputes,
    credit_notes: notes,
    credit_note_lines: lines('credit_note_lines', notes),
    balance_transactions: where('balance_transactions', ({ source }) =>
      [payments, refunds, disputes].some((ids) => ids.has(String(source))),
    ),
    promotion_codes: own('promotion_codes'),
  }
}

/** A customer of whom there is something in as many tables as can be, with a name and an address that nobody else has. */
export function prominentCustomer(sandbox: Sandbox) {
  const still = stillOf(sandbox)
  const richness = sandbox.truth('customers').map(({ id }) => {
    const about = Object.values(aboutCustomer(still, id))
    return { id, tables: about.filter((ids) => ids.size > 0).length }
  })
  const [richest] = richness.toSorted((one, other) => other.tables - one.tables)
  if (!richest) throw new Error('the sandbox has no customers')
  const { id } = richest
  const person = { id, name: 'Zoë Quellenreuther', email: 'zoe.quellenreuther@example.org' }
  const { name, email } = person
  const silent = { silent: true }
  const about = aboutCustomer(sandbox, id)
  sandbox.update('customers', id, { name, email, shipping: null }, silent)
  for (const one of about.invoices ?? [])
    sandbox.update('invoices', one, { customer_email: email, customer_name: name }, silent)
  for (const one of about.payments ?? [])
    sandbox.update('charges', one, { receipt_email: email, billing_details: { email, name } }, silent)
  for (const one of about.disputes ?? []) sandbox.update('disputes', one, { evidence: { customer_name: name } }, silent)
  return { ...person, needles: [id, 'quellenreuther'], tables: richest.tables }
}

/** The sandbox's truth as it is now, each list built once. */
function stillOf(sandbox: Sandbox): Pick<Sandbox, 'truth' | 'truthNested'> {
  const lists = new Map<string, ReturnType<Sandbox['truth']>>()
  const nested = new Map<string, ReturnType<Sandbox['truthNested']>>()
  const once = <T>(known: Map<string, T>, name: string, read: () => T): T => {
    const list = known.get(name) ?? read()
    known.set(name, list)
    return list
  }
  return {
    truth: (name) => once(lists, name, () => sandbox.truth(name)),
    truthNested: (name) => once(nested, name, () => sandbox.truthNested(name)),
  }
}
