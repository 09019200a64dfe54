import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../scripts/build.ts'
import { sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { startWorker } from '../../test/faults/worker.ts'
import type { Asked, ServerOptions } from './provider-server.ts'
import { eventOf, openScaleEnv } from './scale-env.ts'

/*
 * A tenant with five providers, a job of each at once in one worker process, whose memory is read from /proc:
 * `node --import tsx bench/scale/providers.ts [OBJECTS] [A,B]`. Each provider runs in a process of its own, answers after 200 ms
 * and allows what is below. The worker is the bundle, with the settings of infra/environment.yml for its memory.
 */

interface Provider {
  /** What the provider allows: requests a second, or points. */
  readonly perSecond: number
  readonly unit: 'requests' | 'points'
  readonly accessToken: string
  readonly resource: string
  settings(url: string, perSecond: number): Readonly<Record<string, string>>
}

const providers: Readonly<Record<string, Provider>> = {
  stripe: {
    perSecond: 25,
    unit: 'requests',
    accessToken: 'sk_live_bench0123456789',
    resource: 'customers',
    settings: (url) => ({ Stripe__ApiBase: url }),
  },
  square: {
    perSecond: 10,
    unit: 'requests',
    accessToken: 'EAAAEbenchtoken0123456789',
    resource: 'payments',
    settings: (url, perSecond) => ({
      Square__ApiBase: url,
      Square__RequestsPerSecond: String(perSecond),
      Square__Environment: 'sandbox',
    }),
  },
  paypal: {
    perSecond: 2,
    unit: 'requests',
    accessToken: `${sandboxApp.id}:${sandboxApp.secret}`,
    resource: 'balance_transactions',
    settings: (url, perSecond) => ({
      PayPal__ApiBase: url,
      PayPal__RequestsPerSecond: String(perSecond),
      PayPal__Environment: 'sandbox',
    }),
  },
  shopify: {
    perSecond: 1_000,
    unit: 'points',
    accessToken: 'sandbox:shpat_benchtoken0123456789',
    resource: 'customers',
    settings: (url) => ({ Shopify__ApiBase: url }),
  },
  custom: {
    perSecond: 10,
    unit: 'requests',
    accessToken: '{"apiKey":"benchtoken0123456789"}',
    resource: 'customers',
    settings: (url, perSecond) => ({ Providers__Manifests: writeManifest(url, perSecond) }),
  },
}

const [objects = 50_000] = process.argv.slice(2).map(Number).filter(Number.isFinite)
const named = process.argv.slice(2).find((word) => /[a-z]/.test(word))
const chosen = Object.entries(providers).filter(([name]) => named === undefined || named.split(',').includes(name))
const folder = mkdtempSync(join(tmpdir(), 'billing-sync-providers-'))

function writeManifest(url: string, requestsPerSecond: number): string {
  const time = { at: '/created_at', read: 'unixSeconds', format: 'unixSeconds', order: 'newest first' }
  const parameters = { from: '{from}', to: '{to}' }
  const manifest = {
    name: 'custom',
    baseUrl: url,
    auth: { type: 'basic', username: '{accessToken.apiKey}' },
    identity: { path: '/configurations', account: '/configurations/0/domain' },
    limits: { requestsPerSecond, concurrency: 8 },
    defaults: {
      items: '/list',
      paging: { type: 'cursor', next: '/next_offset', parameter: 'offset' },
      pageSize: { parameter: 'limit', most: 100 },
    },
    resources: [
      {
        name: 'customers',
        table: 'customers',
        path: '/customers',
        item: '/customer',
        created: { ...time, parameters, parametersWithoutEnd: { from: '{from}' } },
        columns: { email: '/email', name: '/last_name' },
      },
    ],
  }
  const path = join(folder, 'custom.json')
  writeFileSync(path, JSON.stringify(manifest))
  return path
}

async function openServer(name: string, options: ServerOptions) {
  const program = new URL('provider-server.ts', import.meta.url)
  const child = fork(program, [name, JSON.stringify(options)], { execArgv: ['--import', 'tsx'] })
  const [{ url }] = await once(child, 'message')
  return {
    name,
    url: String(url),
    async load(): Promise<Asked> {
      child.send('asked')
      const [load] = await once(child, 'message')
      return load
    },
    close: () => child.disconnect(),
  }
}

/** The lines of infra/environment.yml that are about memory. */
function memorySettings(): Record<string, string> {
  const lines = readFileSync('infra/environment.yml', 'utf8').matchAll(/^(NODE_OPTIONS|MALLOC_\w+): '?([^'\n]*)'?$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
}

const statusOf = (pid: number, field: string) => {
  const [, kilobytes = '0'] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1_024)
}

const [env] = await Promise.all([openScaleEnv(), build(join(folder, 'bundle'))])
const servers = await Promise.all(chosen.map(([name, { perSecond }]) => openServer(name, { objects, perSecond })))
const settings = Object.assign(
  {},
  ...servers.map(({ name, url }) => providers[name]?.settings(url, providers[name].perSecond)),
)
const worker = await startWorker(join(folder, 'bundle'), {
  ConnectionStrings__DefaultConnection: `${env.url}?sslmode=disable`,
  Worker__Concurrency: '10',
  Worker__TimeoutMinutes: '0',
  ...memorySettings(),
  ...settings,
})
const tenantId = randomUUID()
const requests = chosen.map(([name, { accessToken, resource }]) => ({
  jobId: randomUUID(),
  tenantId,
  providerName: name,
  accessToken,
  additionalData: { resources: [resource] },
}))
const load = loadavg()[0]?.toFixed(2)
const answer = await worker.invoke({ Records: requests.flatMap((request) => eventOf(request).Records) }, 900_000)
console.log(
  JSON.stringify({ load, answer, rssAtIdle: statusOf(worker.pid, 'VmRSS'), peakRss: statusOf(worker.pid, 'VmHWM') }),
)
const rows = []
for (const server of servers) {
  const provider = providers[server.name]
  const load = await server.load()
  const [job] = await env.query<{ status: string; fetched: string; seconds: number; error: unknown }>(
    `select status, fetched, extract(epoch from finished_at - started_at)::float as seconds, error from sync_jobs where provider = $1`,
    [server.name],
  )
  const used = provider?.unit === 'points' ? load.points : load.requests
  const seconds = job?.seconds ?? Number.NaN
  rows.push({
    provider: server.name,
    status: job?.status,
    fetched: job?.fetched,
    seconds: Math.round(seconds * 10) / 10,
    requests: load.requests,
    limited: load.limited,
    used: Math.round(used),
    'of the allowed rate, %': Math.round((1_000 * used) / seconds / (provider?.perSecond ?? 1)) / 10,
    ...(job?.error ? { error: JSON.stringify(job.error) } : {}),
  })
}
console.table(rows)
await worker.end()
for (const server of servers) server.close()
await env.close()
rmSync(folder, { recursive: true, force: true })
