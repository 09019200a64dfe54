import { parseArgs } from 'node:util'
import { measureBytes, type TableBytes } from './bytes.ts'
import { measureCommits } from './commits.ts'
import { measureCompression } from './compression.ts'
import { measureDeliveries, measurePace } from './deliveries.ts'
import { multiply } from './multiply.ts'
import { measurePartitions } from './partitions.ts'
import { openScaleEnv, type ScaleEnv } from './scale-env.ts'
import { measureProof, measureUpdates } from './updates.ts'

/*
 * What docs/performance.md counts with, measured on the embedded Postgres with this repository's own tables:
 *   node --import tsx bench/scale/measure.ts [bytes] [updates] [partitions] [compression] [commits] [deliveries] [pace] [--customers 10000]
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { customers: { type: 'string' } } })
const includes = (name: string) => positionals.length === 0 || positionals.includes(name)
const customers = Number(values.customers ?? 10_000)

async function inHouse(work: (env: ScaleEnv) => Promise<void>): Promise<void> {
  const env = await openScaleEnv()
  try {
    await work(env)
  } finally {
    await env.close()
  }
}

if (includes('deliveries'))
  await inHouse(async (env) => {
    console.table([await measureDeliveries(env, 0), await measureDeliveries(env, 100)])
  })

if (includes('pace'))
  await inHouse(async (env) => {
    console.table([await measurePace(env, { customers: 2_000, latencyMs: 200 })])
  })

if (includes('commits'))
  await inHouse(async (env) => {
    const rates = []
    for (const flushMs of [0, 2])
      for (const clients of [1, 8, 32, 64])
        for (const notify of [false, true]) rates.push(await measureCommits(env, { clients, notify, flushMs }))
    console.table(rates)
  })

if (includes('bytes') || includes('updates') || includes('partitions') || includes('compression'))
  await inHouse(async (env) => {
    const { job, ms, wal, images, tables } = await measureBytes(env, { customers })
    const rows = tables.reduce((sum, table) => sum + table.rows, 0)
    const mean = (bytesOf: (table: TableBytes) => number) =>
      Math.round(tables.reduce((sum, table) => sum + bytesOf(table) * table.rows, 0) / rows)
    console.log(job)
    console.table(tables.map((table) => rounded(table)))
    const bytes = {
      heap: mean(({ heap }) => heap),
      index: mean(({ index }) => index),
      toast: mean(({ toast }) => toast),
    }
    console.log({ rows, ms: Math.round(ms), ...bytes, walPerRow: wal / rows, pageImagesPerRow: images / rows })
    if (includes('compression')) console.table((await measureCompression(env)).map((cost) => rounded(cost)))
    if (includes('partitions')) {
      const costs = []
      for (const partitions of [1, 16, 64, 256]) costs.push(rounded(await measurePartitions(env, partitions), 2))
      console.table(costs)
    }
    if (includes('updates')) {
      const payments = await multiply(env, 'payments', 400_000)
      console.log({ payments, proof: await measureProof(env, 'payments') })
      const costs = []
      for (const fillfactor of [100, 90, 80]) costs.push(rounded(await measureUpdates(env, 'payments', fillfactor), 2))
      console.table(costs)
    }
  })

function rounded<Row extends object>(row: Row, digits = 0): Record<string, unknown> {
  const factor = 10 ** digits
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.round(value * factor) / factor : value,
    ]),
  )
}
