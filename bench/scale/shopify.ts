import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import type { Asked } from './provider-server.ts'
import { contextOf, eventOf, openScaleEnv, openWorkerFor } from './scale-env.ts'

/*
 * How much of a shop's points the worker spends on orders with their lines, transactions and refunds:
 * `node --import tsx bench/scale/shopify.ts [ORDERS] [POINTS PER SECOND] [logarithmic]`. The sandbox runs in a process of its own. Its bucket is
 * full at first and holds twenty seconds, so that only what is spent beyond that says something.
 */

const bucketSeconds = 20
const [orders = 3_000, perSecond = 1_000] = process.argv.slice(2).map(Number).filter(Number.isFinite)

const costs = process.argv.includes('logarithmic') ? 'logarithmic' : 'linear'

const server = fork(
  new URL('provider-server.ts', import.meta.url),
  ['shopify', JSON.stringify({ objects: orders, perSecond, costs })],
  { execArgv: ['--import', 'tsx'] },
)
const [{ url }] = await once(server, 'message')
const env = await openScaleEnv()
const worker = await openWorkerFor(env.url, '', '', { Shopify__ApiBase: url })
const request = {
  jobId: randomUUID(),
  tenantId: randomUUID(),
  providerName: 'shopify',
  accessToken: 'sandbox:shpat_benchtoken0123456789',
  additionalData: { resources: ['orders'] },
}
const began = performance.now()
await worker.handle(eventOf(request), contextOf())
const seconds = (performance.now() - began) / 1_000
const [job] = await env.query(`select status, fetched, requests, error from sync_jobs`)
server.send('asked')
const [load]: Asked[] = await once(server, 'message')
const { points = 0, limited = 0 } = load ?? {}
const first = perSecond * bucketSeconds
const restored = perSecond * seconds
console.log(
  JSON.stringify({
    ...job,
    orders,
    perSecond,
    costs,
    seconds: Math.round(seconds * 10) / 10,
    points,
    pointsPerOrder: Math.round((points / orders) * 100) / 100,
    throttled: limited,
    ofRestored: `${((100 * (points - first)) / restored).toFixed(1)} %`,
    load: loadavg()[0]?.toFixed(1),
  }),
)
await worker.close()
await env.close()
server.disconnect()
