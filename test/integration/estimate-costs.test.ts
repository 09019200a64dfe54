import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import type { Density } from '../../src/sandbox/server/density.ts'
import type { Estimate } from '../../src/sync/estimate/estimate.ts'
import { setup } from '../support/setup.ts'
import { type Name, names, openAccountForWorker } from '../sync/estimate/local-account.ts'

/*
 * Each provider with one density; ESTIMATE=all takes each of them with each, as for docs/estimate.md. CUSTOMERS and SEED
 * choose the accounts, of which the figures of the estimate know none.
 */
const densities: readonly Density[] = ['uniform', 'growing', 'burst', 'peaked', 'sparse']
const cells = names.flatMap((name, at) =>
  densities
    .filter((_, index) => process.env.ESTIMATE === 'all' || index === at)
    .map((density) => [name, density] as const),
)
const customers = Number(process.env.CUSTOMERS ?? 500)
const seed = Number(process.env.SEED ?? 101)
/** An account of PayPal has few rows for each transaction, and the first pages of a table would be most of its bytes. */
const sizeOf = (name: Name) => (name === 'paypal' ? 4 : 1) * customers

it.each(cells)('an estimate of %s, %s: rows, requests and bytes of a whole job', async (name, density) => {
  const { estimated, truth } = await runBoth(name, density)
  for (const [figure, there] of Object.entries(truth)) {
    const { least, likely, most } = estimated[figure as keyof typeof truth]
    if (process.env.ESTIMATE === 'all') console.log(`${name} ${density} ${figure}: ${likely} of ${there}`)
    expect([figure, there >= least && there <= (most ?? there)]).toEqual([figure, true])
  }
  // Bytes a row, whatever the number of rows.
  const each = (bytes: number, rows: number) => bytes / rows
  const ratio = each(estimated.bytes.likely, estimated.rows.likely) / each(truth.bytes, truth.rows)
  expect(Math.abs(ratio - 1)).toBeLessThan(0.2)
})

/** What a dry run estimates of an account, and what a full job of it then takes. */
async function runBoth(name: Name, density: Density) {
  const local = await openAccountForWorker(name, { density, customers: sizeOf(name), seed })
  onTestFinished(async () => {
    await local.close()
  })
  const { deliver, job, query } = await setup({ sandbox: { customers: 1 }, settings: local.environment })
  const tenantId = randomUUID()
  const send = async (additionalData: object) => {
    const jobId = randomUUID()
    await deliver({ jobId, tenantId, providerName: name, accessToken: local.accessToken, additionalData })
    const row = await job(jobId)
    expect(row).toMatchObject({ status: 'completed', error: null })
    return row as unknown as { fetched: string; requests: string; result: { estimate: Estimate } }
  }
  const bytesOfTables = async () => {
    await query('vacuum analyze')
    const [sum] = await query<{ bytes: string }>(
      `select sum(pg_total_relation_size(oid)) as bytes from pg_class
       where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'sync\\_%'`,
    )
    return Number(sum?.bytes)
  }
  const before = await bytesOfTables()
  const { estimate: estimated } = (await send({ dry_run: true })).result
  const { fetched, requests } = await send({ sync_type: 'full' })
  const truth = { rows: Number(fetched), requests: Number(requests), bytes: (await bytesOfTables()) - before }
  return { estimated, truth }
}
