import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { messageJsonSchema, resultJsonSchema } from '../src/index.ts'
import { buildAll } from './lambda/bundle.ts'

/*
 * The package as another program uses it: built, installed in its node_modules beside drizzle-orm and zod, imported by name.
 */

const run = promisify(execFile)
let program: string

beforeAll(async () => {
  program = await mkdtemp(join(tmpdir(), 'index-test-'))
  const installed = join(program, 'node_modules/billing-sync-worker')
  await mkdir(installed, { recursive: true })
  await cp(await buildAll(), join(installed, 'dist'), { recursive: true })
  await cp('package.json', join(installed, 'package.json'))
  for (const name of ['drizzle-orm', 'zod', 'pg', '@types'])
    await symlink(resolve('node_modules', name), join(program, 'node_modules', name))
  await writeFile(join(program, 'package.json'), '{ "type": "module" }')
})

afterAll(() => rm(program, { recursive: true }))

test('gives the tables and the JSON Schemas to a program', async () => {
  await writeFile(
    join(program, 'program.js'),
    `import { getTableName } from 'drizzle-orm'
import { invoices, messageJsonSchema, resultJsonSchema, syncJobs } from 'billing-sync-worker'
import { customers } from 'billing-sync-worker/schema'
console.log(JSON.stringify([...[invoices, syncJobs, customers].map(getTableName), messageJsonSchema().required, resultJsonSchema().type]))`,
  )
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: program })
  const names = ['invoices', 'sync_jobs', 'customers']
  expect(JSON.parse(stdout)).toEqual([...names, ['jobId', 'tenantId', 'providerName'], 'object'])
})

test('npm pack packs what was built, although git ignores it', async () => {
  const installed = join(program, 'node_modules/billing-sync-worker')
  await cp('.gitignore', join(installed, '.gitignore'))
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: installed })
  const [{ files }] = JSON.parse(stdout)
  const paths = files.map(({ path }: { path: string }) => path)
  expect(paths).toEqual(
    expect.arrayContaining(['package.json', 'dist/index.js', 'dist/schema.js', 'dist/src/index.d.ts']),
  )
})

test('types what a program sends and reads', async () => {
  await writeFile(
    join(program, 'program.ts'),
    `import { invoices, type SyncJobMessage, type SyncJobResult } from 'billing-sync-worker'
export const message: SyncJobMessage = { jobId: 'a', tenantId: 'b', providerName: 'stripe', additionalData: { batchSize: 50 } }
export const columns = [invoices.total, invoices.tenantId]
export const failed = (result: SyncJobResult) => result.error?.code
// @ts-expect-error a message names its tenant
export const wrong: SyncJobMessage = { jobId: 'a', providerName: 'stripe' }
// @ts-expect-error a result has no such status
export const ended = (result: SyncJobResult) => result.status === 'done'
`,
  )
  const options = '--ignoreConfig --noEmit --strict --skipLibCheck --target es2023 --module nodenext'.split(' ')
  await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), 'program.ts', ...options], { cwd: program })
})

const message = {
  jobId: '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10',
  tenantId: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
  providerName: 'stripe',
}

test('the JSON Schema of a message takes what the worker takes', () => {
  const schema = z.fromJSONSchema(messageJsonSchema() as Parameters<typeof z.fromJSONSchema>[0])
  const full = { ...message, accessToken: null, additionalData: { syncType: 'incremental', resources: ['customers'] } }
  const refused = [
    { ...message, tenantId: 'x' },
    { ...message, tenant: 'x' },
    { ...message, additionalData: { batchSize: 101 } },
    { ...message, additionalData: { resources: [] } },
  ]
  expect([message, full].map((value) => schema.safeParse(value).success)).toEqual([true, true])
  expect(refused.map((value) => schema.safeParse(value).success)).toEqual([false, false, false, false])
  expect(messageJsonSchema().properties?.additionalData).toMatchObject({
    anyOf: [{ properties: { syncType: { enum: ['full', 'incremental', null] } } }, { type: 'null' }],
  })
})

test('the JSON Schema of a result has its keys', () => {
  expect(resultJsonSchema().required).toEqual([
    'jobId',
    'tenantId',
    'provider',
    'account',
    'syncType',
    'status',
    'resources',
    'requests',
    'startedAt',
    'finishedAt',
    'durationMs',
    'error',
  ])
})
