import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../../src/local/postgres-server.ts'
import { openTransportBench } from './transports/env.ts'

/*
 * The page with 1,000 running jobs and 50 announced steps a second, which browsers look at: CPU and memory of its process.
 *   node --import tsx bench/scale/page.ts [MINUTES] [BROWSERS]
 */
const minutes = Number(process.argv[2] ?? 4)
const browsers = Number(process.argv[3] ?? 3)
const jobs = 1_000
const stepsPerSecond = 50
/** Of `/proc/PID/stat`. */
const ticksPerSecond = 100

const bench = await openTransportBench()
const { adminUrl, query } = await bench.freshDatabase()
await query(
  `insert into sync_jobs (id, tenant_id, provider, account, sync_type, status, started_at, lease_owner, lease_until, progress)
   select gen_random_uuid(), gen_random_uuid(), 'stripe', 'acct_' || n, 'full', 'running', now(), 'bench', now() + interval '1 day', '{"customers":{"fetched":5,"share":0.5}}'
   from generate_series(1, $1) as n`,
  [jobs],
)
const ids = (await query<{ id: string }>('select id from sync_jobs')).map(({ id }) => id)
const port = await freePort()
const child = spawn(process.execPath, ['bin/billing-sync.js', 'page'], {
  env: {
    PATH: process.env.PATH,
    ConnectionStrings__DefaultConnection: adminUrl,
    Page__Listen: `127.0.0.1:${port}`,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
await new Promise((resolve) => child.stdout?.once('data', resolve))
let bytes = 0
for (let browser = 0; browser < browsers; browser++)
  get({ port, path: '/events/', headers: { host: `127.0.0.1:${port}` } }, (answer) => {
    if (answer.statusCode !== 200) throw new Error(`the page answers ${answer.statusCode}`)
    answer.on('data', (chunk) => {
      bytes += chunk.length
    })
  })
const stepping = new pg.Pool({ connectionString: adminUrl, max: 4 })
let steps = 0
const stepper = setInterval(() => {
  const id = ids[steps++ % jobs]
  void stepping.query(
    `update sync_jobs set fetched = fetched + 100, created = created + 100 where id = $1
     returning pg_notify('sync_jobs', json_build_object('id', id, 'tenant_id', tenant_id, 'status', status, 'fetched', fetched)::text)`,
    [id],
  )
}, 1_000 / stepsPerSecond)
await delay(15_000)

const cpuSeconds = () => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
const megabytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024
const [began, cpu, before] = [performance.now(), cpuSeconds(), steps]
const memory: number[] = []
for (let at = 0; at < minutes * 4; at++) {
  await delay(15_000)
  memory.push(Math.round(megabytes()))
}
const seconds = (performance.now() - began) / 1_000
const [load = 0] = loadavg()
console.log({
  jobs,
  browsers,
  minutes,
  'steps a second': Math.round((steps - before) / seconds),
  'CPU, % of a core': ((100 * (cpuSeconds() - cpu)) / seconds).toFixed(1),
  'RSS, MB': memory.join(' '),
  'KB/s to browsers': Math.round(bytes / 1_024 / seconds),
  load: load.toFixed(1),
})
clearInterval(stepper)
child.kill('SIGTERM')
await stepping.end()
await bench.close()
process.exit(0)
