import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { buildImage } from '../../scripts/image.ts'
import { createDatabase } from '../../src/local/postgres.ts'

/* What the Dockerfile copies into the images, run as it is. */

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'billing-sync-image-'))
  await buildImage(root)
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** Runs a file of an image with nothing around it but its settings. */
async function run(file: string, args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(root, file), ...args], {
    cwd: root,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: Number(code), out, error }
}

test('the image of the worker has the container, what it loads, the program and the migrations, and no handler', async () => {
  const names = await readdir(join(root, 'app'))
  for (const name of [
    'container.cjs',
    'postgres.cjs',
    'billing-sync.cjs',
    'drizzle',
    'queue.sql',
    'page.css',
    'sbom.cdx.json',
  ])
    expect(names).toContain(name)
  expect(names.filter((name) => name.startsWith('handler'))).toEqual([])
  const migrations = (await readdir('drizzle')).filter((name) => name.endsWith('.sql'))
  expect((await readdir(join(root, 'app/drizzle'))).toSorted()).toEqual([...migrations, 'meta'].toSorted())
  const bill = JSON.parse(await readFile(join(root, 'app/sbom.cdx.json'), 'utf8'))
  expect(bill.components.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['pg', 'amqplib']))
})

test('the program migrates a database, sends a job to a queue in it, and counts it', async () => {
  const url = await createDatabase(inject('postgres'), `image_${randomUUID().slice(0, 8)}`)
  const settings = { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`, Queue__Url: 'postgres:' }
  const migrated = await run('app/billing-sync.cjs', ['migrate'], settings)
  expect(migrated).toMatchObject({
    code: 0,
    out: expect.stringMatching(/ \d+ migrations applied\n.*has the queue billing-sync\n/),
  })
  const sent = await run('app/billing-sync.cjs', ['enqueue', '--tenant', randomUUID()], settings)
  expect(sent).toMatchObject({ code: 0, out: expect.stringContaining('sent') })
  const counted = await run('app/billing-sync.cjs', ['queue', 'depth', '--json'], settings)
  expect(JSON.parse(counted.out)).toMatchObject({ waiting: 1 })
})

test('a command that needs a checkout, or a database that is not configured, says so', async () => {
  const start = await run('app/billing-sync.cjs', ['start'])
  expect(start.error).toContain(
    'start: an image has no embedded servers and no sandbox. Run this command from a checkout',
  )
  const list = await run('app/billing-sync.cjs', ['jobs', 'list'])
  expect(list.error).toContain('ConnectionStrings.DefaultConnection is not set')
  expect([start.code, list.code]).not.toContain(0)
})

test('the image of the sandbox answers on loopback, and ends at SIGTERM', async () => {
  const child = spawn(process.execPath, [join(root, 'sandbox/sandbox.mjs'), '--port', '0', '--customers', '20'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const [line] = await once(child.stdout, 'data')
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))?.[0]
  const answer = await fetch(`${address}/v1/customers?limit=100`, {
    headers: { authorization: 'Bearer sk_live_sandbox' },
  })
  expect(await answer.json()).toMatchObject({ data: { length: 20 } })
  child.kill('SIGTERM')
  expect((await exit)[0]).toBe(0)
})
