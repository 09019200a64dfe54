import { randomUUID } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../src/local/postgres.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { type ImageConfig, readImage, runImage } from './image-process.ts'

/* The image as the Dockerfile makes it, run without an engine. */

const largestBytes = 150_000_000
const generous = { timeout: 240_000 }

let image: { readonly root: string; readonly config: ImageConfig }
beforeAll(() => {
  image = readImage()
})

const environmentOf = ({ Env }: ImageConfig) =>
  Object.fromEntries(Env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))

/** Runs the image of the worker with these settings over its own. */
function runWorker(args: readonly string[], settings: Readonly<Record<string, string>>) {
  const { root, config } = image
  return runImage(root, [...config.Entrypoint, ...args], { ...environmentOf(config), ...settings })
}

/** A database that the image migrated, with a queue in it. */
async function openDatabase() {
  const url = await createDatabase(inject('postgres'), `image_${randomUUID().slice(0, 8)}`)
  const owner = { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`, Queue__Url: 'postgres:' }
  const migrate = runWorker(['billing-sync.cjs', 'migrate'], owner)
  expect([await migrate.exit, migrate.logs()]).toEqual([0, expect.stringContaining('migrations applied')])
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  onTestFinished(() => pool.end())
  const login = await createWorkerLogin(url)
  const settings = { ...owner, ConnectionStrings__DefaultConnection: `${login}?sslmode=disable` }
  return { settings, query: async (text: string) => (await pool.query(text)).rows }
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    const path = join(folder, name)
    const stats = lstatSync(path)
    return sum + (stats.isDirectory() ? bytesOf(path) : stats.size)
  }, 0)
}

test('the image runs as a user without rights, with what the Dockerfile says', () => {
  expect(image.config).toMatchObject({
    User: '65532:65532',
    Entrypoint: ['/nodejs/bin/node'],
    Cmd: ['container.cjs'],
    WorkingDir: '/app',
    StopSignal: 'SIGTERM',
  })
  expect(readdirSync(join(image.root, 'app'))).toContain('container.cjs')
})

test(`the image has at most ${largestBytes / 1_000_000} MB`, () => {
  expect(bytesOf(image.root)).toBeLessThanOrEqual(largestBytes)
})

test('read-only and without rights the image migrates, syncs a job of the queue, answers probes and ends at SIGTERM', async () => {
  const { settings, query } = await openDatabase()
  const sandbox = await openSandbox({ customers: 2_000 })
  onTestFinished(() => sandbox.close())
  const tenant = randomUUID()
  const worker = runWorker(image.config.Cmd, {
    ...settings,
    Stripe__ApiBase: sandbox.url,
    Stripe__ApiKey: 'sk_live_sandbox',
    Stripe__ApiKeyTenant: tenant,
    Worker__Listen: '127.0.0.1:0',
  })
  const probes = (await worker.printed(/probes at http:\/\/[\d.:]+/)).slice('probes at '.length)
  const statusOf = async (path: string) => (await fetch(probes + path)).status
  await expect.poll(() => statusOf('/readyz'), generous).toBe(200)
  expect(await statusOf('/livez')).toBe(200)
  const enqueue = runWorker(['billing-sync.cjs', 'enqueue', '--tenant', tenant, '--resources', 'customers'], settings)
  expect(await enqueue.exit).toBe(0)
  const jobs = () => query('select status, created::int from sync_jobs')
  await expect.poll(jobs, generous).toEqual([{ status: 'completed', created: 2_000 }])
  const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8')
  expect(status).toMatch(/^CapEff:\t0+$/m)
  expect(status).toMatch(/^NSpid:\t\d+\t1$/m)
  worker.signal('SIGTERM')
  expect(await worker.exit).toBe(0)
  expect(worker.logs()).toContain('"worker_stopped"')
})

test('the health check of the Dockerfile passes while the worker lives, and fails after', async () => {
  const { settings } = await openDatabase()
  const [, command = ''] = /HEALTHCHECK[^[]*CMD (\[.*\])/.exec(readFileSync('Dockerfile', 'utf8')) ?? []
  const worker = runWorker(image.config.Cmd, { ...settings, Worker__Listen: '127.0.0.1:0' })
  const address = (await worker.printed(/probes at http:\/\/[\d.:]+/)).slice('probes at http://'.length)
  const check = () => runImage(image.root, JSON.parse(command), { Worker__Listen: address }).exit
  expect(await check()).toBe(0)
  worker.signal('SIGTERM')
  expect(await worker.exit).toBe(0)
  expect(await check()).toBe(1)
})
