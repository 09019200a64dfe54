import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import pg from 'pg'
import { createDatabase, openPostgres } from '../../src/local/postgres.ts'
import { openQueue } from '../../src/local/queue.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { sqsEvent } from '../support/setup.ts'
import { workerEnvironment } from '../support/sqs-worker.ts'
import {
  type AccountName,
  changeAgain,
  changeOnce,
  erasedCustomer,
  jobs,
  keys,
  openAccount,
  tenants,
} from './installation.ts'

/*
 * Writes 0.1.0.sql.br: the database of an installation of 0.1.0, dumped by pg_dump while one job is paused and the worker
 * of another was killed. The worker, its migrations and its erasure are those of a worktree of the commit 4b3ec00 with
 * its packages installed. The accounts are those of today's sandbox: write the dump again when its objects change.
 * Its Postgres is another than the embedded one, which has no pg_dump.
 *   git worktree add --detach ../0.1.0 4b3ec00 && (cd ../0.1.0 && npm ci)
 *   node --import tsx test/upgrade/write-dump.ts ../0.1.0 /usr/lib/postgresql/15/bin
 */
const [worktree = '', programs = ''] = process.argv.slice(2).map((path) => resolve(path))
const parent = mkdtempSync(join(tmpdir(), 'billing-sync-dump-'))
const binaries = { initdb: join(programs, 'initdb'), postgres: join(programs, 'postgres') }
const postgres = await openPostgres({ dataDir: join(parent, 'pg'), durable: false, binaries })
const url = await createDatabase(postgres.url, 'installation')
const queue = await openQueue({ maxReceiveCount: 12 })
const client = new pg.Client({ connectionString: url })
await client.connect()
const closing: (() => unknown)[] = []

try {
  run('src/migrate.ts')
  const workerUrl = await createWorkerLogin(url, 'worker_of_0_1_0')
  await syncModes(workerUrl)
  await syncConnected(workerUrl)
  // Last: the lease of its killed job must run while the dump is made.
  await syncOwn(workerUrl)
  const dump = pgDump()
  const file = join(import.meta.dirname, '0.1.0.sql.br')
  writeFileSync(file, brotliCompressSync(dump, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }))
  const { rows } = await client.query(
    `select id, status, fetched, created, rejected, lease_until - now() as lease from sync_jobs order by id`,
  )
  console.table(rows)
} finally {
  for (const close of closing) await close()
  await client.end()
  await queue.close()
  await postgres.stop('fast')
  rmSync(parent, { recursive: true, force: true })
}

async function syncOwn(workerUrl: string): Promise<void> {
  const { sandbox, deliver, kill } = await openEndpoint('direct', workerUrl)
  sandbox.fail({
    kind: 'items',
    path: /^\/v1\/coupons/,
    times: 1,
    items: (coupons) =>
      `[${coupons.map((coupon, at) => (at === 0 ? `${JSON.stringify(coupon).slice(0, -1)},"extra":1e400000}` : JSON.stringify(coupon))).join()}]`,
  })
  await deliver(jobs.direct)
  run('src/erase.ts', '--tenant', tenants.direct, '--customer', erasedCustomer(sandbox))
  changeOnce(sandbox)
  await deliver(jobs.directIncremental)
  changeAgain(sandbox)
  await kill(jobs.running)
}

async function syncModes(workerUrl: string): Promise<void> {
  const live = await openEndpoint('live', workerUrl)
  await live.deliver(jobs.live)
  const test = await openEndpoint('test', workerUrl)
  hangInTheMiddle(test.sandbox)
  await test.deliver(jobs.paused, 8_000)
}

async function syncConnected(workerUrl: string): Promise<void> {
  const { sandbox, deliver } = await openEndpoint('connected', workerUrl)
  await deliver(jobs.connected)
  changeOnce(sandbox)
  await deliver(jobs.connectedIncremental)
}

/** A few pages of customers are answered, and no other page. */
function hangInTheMiddle(sandbox: Sandbox): void {
  sandbox.fail({ kind: 'hang', path: /^\/v1\/(?!customers|account)/ })
  sandbox.fail({ kind: 'hang', path: /^\/v1\/customers/, after: 3 })
}

/** An account at the provider, and a process with the worker of 0.1.0 that reads it. */
async function openEndpoint(name: AccountName, workerUrl: string) {
  const sandbox = await openAccount(name)
  closing.push(() => sandbox.close())
  const key = name === 'connected' ? 'sk_live_platform' : keys[name]
  const child = fork(join(worktree, 'test/support/worker-child.ts'), {
    cwd: worktree,
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, ...workerEnvironment({ url: workerUrl, sandbox, queue }), Stripe__ApiKey: key },
  })
  closing.push(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return {
    sandbox,
    async deliver(request: object, timeoutMs = 900_000) {
      child.send({ event: sqsEvent([JSON.stringify(request)]), timeoutMs })
      const [answer] = await once(child, 'message')
      console.log(name, JSON.stringify(answer))
    },
    async kill(request: { readonly jobId: string }) {
      hangInTheMiddle(sandbox)
      child.send({ event: sqsEvent([JSON.stringify(request)]), timeoutMs: 900_000 })
      while ((await fetched(request.jobId)) === 0) await setTimeout(50)
      await setTimeout(1_000)
      await killed(child)
    },
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function fetched(jobId: string): Promise<number> {
  const { rows } = await client.query('select fetched from sync_jobs where id = $1', [jobId])
  return Number(rows[0]?.fetched ?? 0)
}

/** A command of 0.1.0, as the owner of the tables. */
function run(...command: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...command], {
    cwd: worktree,
    env: { PATH: process.env.PATH, ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` },
    encoding: 'utf8',
  })
  console.log(stdout)
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
}

/** As SQL that any client can run: rows as INSERTs, and none of psql's own commands. */
function pgDump(): string {
  const args = ['--no-owner', '--no-toast-compression', '--inserts', '--rows-per-insert=20', `--dbname=${url}`]
  const { status, stdout, stderr } = spawnSync(join(programs, 'pg_dump'), args, {
    encoding: 'utf8',
    maxBuffer: 1_000_000_000,
  })
  if (status !== 0) throw new Error(`pg_dump ended with ${status}: ${stderr}`)
  return stdout.replaceAll(/^\\.*\n/gm, '')
}
