import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { customers } from '../../src/db/schema.ts'
import type { StampedRow } from '../../src/db/stamped-row.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import type { JsonPaths } from '../../src/json/value.ts'
import type { Bench } from '../bench.ts'
import { insertPlainly } from '../plain-insert.ts'
import type { Finding, Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import type { StripeServer } from '../stripe-server.ts'

const batchSizes = [100, 500, 1_000] as const
const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const account = { table: customers, tenantId, provider: 'stripe', account: 'acct_1', force: false }
const fewest = 25_000

export const write: Scenario = {
  name: 'write',
  about: 'The write path alone: fresh rows over one connection, straight through the worker’s upsert.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 50_000, quick: 10_000, smoke: 1_000 })
    const server = await bench.server({ '/v1/customers': { count, density: 'growth' } })
    const rows = await readRows(server)
    const speeds = new Map<number, number[]>(batchSizes.map((size) => [size, []]))
    const floors: number[] = []
    const problems: string[] = []
    for (let round = 0; round < bench.rounds; round++)
      for (const size of batchSizes) {
        const { ms, created } = await writeAll(bench, rows, size)
        if (created === count) speeds.get(size)?.push((count / ms) * 1_000)
        else problems.push(`incomplete: ${count - created} of ${count} rows were not created`)
        if (size === batchSizes[1]) floors.push((count / (await insertPlainly(bench, rows, size))) * 1_000)
      }
    const statements = await countStatements(bench, rows.slice(0, 1_000))
    const findings = batchSizes.map((size): Finding => {
      const speed = spread(speeds.get(size) ?? [])
      return {
        what: `batches of ${size}, one connection: fresh rows/s`,
        measured: shown(speed),
        target: `≥ ${fewest.toLocaleString('en')}`,
        reached: speed.median >= fewest,
      }
    })
    return {
      findings: [
        ...findings,
        {
          what: `batches of ${batchSizes[1]} by the plainest INSERT … SELECT into the same table, looking nothing up: rows/s`,
          measured: shown(spread(floors)),
          target: '',
          reached: null,
        },
        {
          what: 'statements a batch, beside BEGIN, the tenant and COMMIT',
          measured: String(statements),
          target: '1',
          reached: statements === 1,
        },
      ],
      problems,
    }
  },
}

interface Customer {
  readonly id: string
  readonly created: number
  readonly [field: string]: unknown
}

/** The columns of the worker's own mapping, which cannot be imported here: its SDK is not the one of the peers. */
function rowOf(customer: Customer): StampedRow['row'] {
  const { id, email, name, phone, description, currency, balance, delinquent, livemode, metadata, created } = customer
  const typed = { email, name, phone, description, currency, balance, delinquent, livemode, metadata }
  return { id, ...typed, country: 'DE', createdAt: new Date(created * 1_000) }
}

/** Where its columns are in a customer, as that mapping has it. */
const paths: JsonPaths = {
  ...Object.fromEntries(
    ['email', 'name', 'phone', 'description', 'currency', 'balance', 'delinquent', 'livemode', 'metadata'].map(
      (name) => [name, [[name]]],
    ),
  ),
  country: [['address', 'country']],
  createdAt: [['created']],
}

/** The rows that pages come to: what the worker has in hand when it writes. */
async function readRows(server: StripeServer): Promise<StampedRow[]> {
  await server.reset({ latencyMs: 0, accountPerSecond: null, endpointPerSecond: null })
  const rows: StampedRow[] = []
  const observedAt = new Date()
  for (let after = ''; ; ) {
    const response = await fetch(`${server.url}/v1/customers?limit=100${after && `&starting_after=${after}`}`)
    const body = Buffer.from(await response.arrayBuffer())
    const { data, has_more: more } = JSON.parse(body.toString('utf8')) as { data: Customer[]; has_more: boolean }
    const list = RawJson.of(body).at('data')
    data.forEach((customer, at) => {
      const raw = list.at(at)
      // Located now, so that the first round measures writing alone, as the later ones do.
      void raw.length
      rows.push({ row: rowOf(customer), raw, observedAt, paths })
    })
    if (!more) return rows
    after = data.at(-1)?.id ?? ''
  }
}

async function writeAll({ postgres }: Bench, rows: readonly StampedRow[], size: number) {
  const database = await postgres.freshDatabase('worker')
  const { tenant, close } = await openDatabase(parseConnectionString(database.url), {
    connections: 1,
    applicationName: 'bench',
  })
  const db = tenant(tenantId)
  let created = 0
  const began = performance.now()
  for (let at = 0; at < rows.length; at += size)
    created += (await db.within((tx) => upsert(tx, { ...account, rows: rows.slice(at, at + size) }))).created
  const ms = performance.now() - began
  const statements = await postgres.statements(database)
  await close()
  await database.drop()
  return { ms, created, statements }
}

/** In a short run of its own: counting slows. */
async function countStatements(bench: Bench, rows: readonly StampedRow[]): Promise<number> {
  const size = 100
  await bench.postgres.countStatements(true)
  try {
    await bench.postgres.resetStatements()
    const { statements } = await writeAll(bench, rows, size)
    const { all, transactionControl } = statements ?? { all: Number.NaN, transactionControl: 0 }
    return (all - transactionControl) / (rows.length / size)
  } finally {
    await bench.postgres.countStatements(false)
  }
}
