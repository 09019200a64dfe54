/*
 * How long a container takes from its start to its first receive, and how much memory it has when it is idle:
 *   node --import tsx bench/scale/container.ts NODE [RUNS] [IDLE_SECONDS]
 * NODE is the program of Node 24. The files are those of the image, with its settings, on a queue in an embedded Postgres.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { buildImage } from '../../scripts/image.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../src/local/postgres.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'

const [node = process.execPath, runs = '10', idleSeconds = '60'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'billing-sync-container-'))
const postgres = await openPostgres({ dataDir: join(folder, 'pg'), durable: false })
try {
  await buildImage(join(folder, 'image'))
  const url = await createDatabase(postgres.url, 'billing')
  await migrate(parseConnectionString(url))
  await migrateQueue({ database: parseConnectionString(url), name: 'billing-sync' })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const settings = { ConnectionStrings__DefaultConnection: `${await createWorkerLogin(url)}?sslmode=disable` }
  const times: number[] = []
  const memory: number[] = []
  for (let run = 0; run < Number(runs); run++) {
    await client.query(`delete from billing_sync.messages`)
    await client.query(`select billing_sync.enqueue('{}')`)
    const began = performance.now()
    const child = start(settings)
    // The worker soon makes a dead letter of it.
    while ((await client.query('select from billing_sync.messages where receives = 0')).rowCount !== 0) await sleep(2)
    times.push(performance.now() - began)
    if (run === 0) {
      await sleep(Number(idleSeconds) * 1_000)
      memory.push(residentMb(child))
    }
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await client.end()
  const sorted = times.toSorted((a, b) => a - b)
  console.log(`node ${node}`)
  console.log(
    `start to first receive: median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, most ${sorted.at(-1)?.toFixed(0)} ms`,
  )
  console.log(`resident memory after ${idleSeconds} s without work: ${memory[0]?.toFixed(1)} MB`)
} finally {
  await postgres.stop('immediate')
  rmSync(folder, { recursive: true, force: true })
}

/** With the settings of the Dockerfile. */
function start(settings: Readonly<Record<string, string>>): ChildProcess {
  return spawn(node, ['container.cjs'], {
    cwd: join(folder, 'image/app'),
    env: {
      NODE_ENV: 'production',
      NODE_OPTIONS: '--max-semi-space-size=2',
      MALLOC_MMAP_THRESHOLD_: '131072',
      Worker__Listen: '127.0.0.1:0',
      Queue__Url: 'postgres:',
      ...settings,
    },
    stdio: 'ignore',
  })
}

function residentMb({ pid }: ChildProcess): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}
