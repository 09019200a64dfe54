import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { parseRequest } from '../../src/job/request.ts'
import { createDatabase } from '../../src/local/postgres.ts'

/*
 * README's commands, in a copy of this repository, as a new user types them. Programs that reach AWS are stand-ins that
 * write down their arguments.
 */

const run = promisify(execFile)

let copy: string
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'readme-test-'))
  // Postgres runs as another user when this is root.
  await chmod(copy, 0o755)
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'])
  for (const path of files.toString().split('\0').filter(Boolean)) {
    await mkdir(join(copy, dirname(path)), { recursive: true })
    await copyFile(path, join(copy, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
  await symlink(resolve('node_modules'), join(copy, 'node_modules'))
  const stands = join(copy, '.stand-ins')
  await mkdir(stands)
  const record = `#!/usr/bin/env bash\nprintf '%s\\0' "$@" > "${stands}/$(basename "$0").arguments"\n`
  for (const name of ['aws', 'npx']) await writeFile(join(stands, name), record, { mode: 0o755 })
  await writeFile(join(stands, 'uuidgen'), '#!/usr/bin/env bash\necho 7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10\n', {
    mode: 0o755,
  })
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS)/i.test(name))
  environment = { ...Object.fromEntries(inherited), PATH: `${stands}${delimiter}${process.env.PATH}`, NO_COLOR: '1' }
})

afterAll(() => rm(copy, { recursive: true, force: true }))

/** The command blocks of README, without `npm ci`, whose work the link to node_modules has done. */
async function commands(): Promise<readonly string[]> {
  const blocks = (await readFile('README.md', 'utf8')).matchAll(/```sh\n([\s\S]*?)```/g)
  return [...blocks].map(([, text = '']) => text.replaceAll('npm ci && ', '').trim())
}

async function commandWith(part: string): Promise<string> {
  const matching = (await commands()).filter((command) => command.includes(part))
  expect(matching, `README has one block with ${part}`).toHaveLength(1)
  return matching[0] ?? ''
}

const typed = (command: string, more: NodeJS.ProcessEnv = {}) =>
  run('bash', ['-euo', 'pipefail', '-c', command], { cwd: copy, env: { ...environment, ...more } })

async function argumentsOf(name: string): Promise<readonly string[]> {
  const written = await readFile(join(copy, '.stand-ins', `${name}.arguments`), 'utf8')
  return written.split('\0').slice(0, -1)
}

test('every command block of README is tried here', async () => {
  const tried = ['npm start', 'aws sqs', 'npm run query', 'osls deploy', 'npm test']
  const untried = (await commands()).filter((command) => !tried.some((part) => command.includes(part)))
  expect(untried).toEqual([])
})

test('a new user sees a job complete, and finds it in the tables', { timeout: 240_000 }, async () => {
  const { stdout } = await typed(await commandWith('npm start'))
  expect(stdout).toMatch(/status\s+completed/)
  expect(stdout).toMatch(/fetched\s+10,?000/)
  const shown = /npm ci && npm start\n```\n\n```\n([\s\S]*?)```/.exec(await readFile('README.md', 'utf8'))?.[1] ?? ''
  const lines = shown.split('\n').filter((line) => !['', '…'].includes(line.trim()))
  expect(lines.length).toBeGreaterThan(5)
  const printed = new Set(stdout.split('\n').map(settled))
  expect(lines.filter((line) => !printed.has(settled(line)))).toEqual([])
  const looks = (await commandWith('npm run query')).split('\n')
  for (const look of looks) expect((await typed(look)).stdout, look).toMatch(/completed|cus_|yes/)
})

/** What differs from run to run: numbers, ids, paths. */
const settled = (line: string) =>
  line
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\/\S*\/\.data/, 'PATH')
    .replace(/\d[\d,.:]*/g, '0')
    .replace(/\s+/g, ' ')
    .trim()

test('the message that README sends is a request, in the group of its tenant', async () => {
  const tenant = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
  await typed(await commandWith('aws sqs'), { QUEUE_URL: 'https://sqs.example', TENANT_ID: tenant })
  const sent = await argumentsOf('aws')
  const option = (name: string) => sent[sent.indexOf(name) + 1]
  expect(sent.slice(0, 2)).toEqual(['sqs', 'send-message'])
  expect(option('--queue-url')).toBe('https://sqs.example')
  expect(option('--message-group-id')).toBe(tenant)
  expect(parseRequest(option('--message-body') ?? '')).toMatchObject({ kind: 'request', request: { tenantId: tenant } })
})

test('the commands that deploy migrate a database, build the bundle, and call osls with what it knows', {
  timeout: 240_000,
}, async () => {
  const url = await createDatabase(inject('postgres'), `readme_${randomUUID().slice(0, 8)}`)
  await typed(await commandWith('osls deploy'), { OWNER: url })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  expect((await client.query('select count(*)::int as jobs from sync_jobs')).rows).toEqual([{ jobs: 0 }])
  await readFile(join(copy, 'dist/handler.cjs'))
  const [program, command, ...options] = await argumentsOf('npx')
  expect([program, command]).toEqual(['osls', 'deploy'])
  const osls = resolve('node_modules/.bin/osls')
  const { stdout } = await run(osls, ['deploy', '--help'], { cwd: copy, env: environment })
  for (const option of options.filter((text) => text.startsWith('--'))) expect(stdout).toContain(option)
})
