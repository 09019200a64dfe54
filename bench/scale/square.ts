import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createSquareSandbox } from '../../src/sandbox/square/index.ts'
import { contextOf, eventOf, openScaleEnv, openWorkerFor } from './scale-env.ts'

/*
 * How fast a seller's payments are read at a known limit, and how many requests that takes:
 * `node --import tsx bench/scale/square.ts [PAYMENTS] [PER SECOND]`. The sandbox runs in a process of its own.
 */

const latencyMs = 200
const pageSize = 100

const [payments = 100_000, perSecond = 10] = process.argv.slice(2).map(Number).filter(Number.isFinite)

if (process.send) await serve()
else await measure()

/** The sandbox's process: says its address, and at the end how often it refused. */
async function serve(): Promise<void> {
  const square = await createSquareSandbox({
    payments,
    counts: { payments },
    latencyMs,
    limits: { accountPerSecond: perSecond, concurrency: 64 },
  })
  const perLocation = new Map<unknown, number>()
  for (const { location_id: location } of square.objects('payments'))
    perLocation.set(location, (perLocation.get(location) ?? 0) + 1)
  const least = [...perLocation.values()].reduce((sum, items) => sum + Math.ceil(items / pageSize), 0)
  process.send?.({ url: square.url, least })
  await once(process, 'message')
  const first = square.requests[0]?.at ?? 0
  const perTenSeconds: number[] = []
  for (const { at } of square.requests) {
    const ten = Math.floor((at - first) / 10_000)
    perTenSeconds[ten] = (perTenSeconds[ten] ?? 0) + 1
  }
  process.send?.({ requests: square.requests.length, limited: square.stats().rateLimited, perTenSeconds })
  process.disconnect()
  await square.close()
}

async function measure(): Promise<void> {
  const server = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), String(payments), String(perSecond)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  const [{ url, least }] = await once(server, 'message')
  const env = await openScaleEnv()
  const worker = await openWorkerFor(env.url, url, '', {
    Square__ApiBase: url,
    Square__RequestsPerSecond: String(perSecond),
    Square__Environment: 'sandbox',
  })
  const request = {
    jobId: randomUUID(),
    tenantId: randomUUID(),
    providerName: 'square',
    accessToken: 'EAAAEbenchtoken0123456789',
    additionalData: { resources: ['payments'] },
  }
  const began = performance.now()
  await worker.handle(eventOf(request), contextOf())
  const seconds = (performance.now() - began) / 1_000
  const [job] = await env.query(
    `select status, fetched, requests, result -> 'resources' -> 'payments' -> 'proof' ->> 'equal' as equal from sync_jobs`,
  )
  server.send('end')
  const [{ requests, limited, perTenSeconds }] = await once(server, 'message')
  const load = loadavg()[0]?.toFixed(1)
  console.log(
    JSON.stringify({
      ...job,
      payments,
      perSecond,
      seconds: Math.round(seconds * 10) / 10,
      requests,
      limited,
      least,
      load,
    }),
  )
  console.log(`requests of every ten seconds: ${perTenSeconds.join(' ')}`)
  console.log(
    `requests × the least: ${(requests / least).toFixed(3)}; of the allowed rate: ${((100 * requests) / seconds / perSecond).toFixed(1)} %`,
  )
  await worker.close()
  await env.close()
  server.kill()
}
