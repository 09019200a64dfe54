import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { databaseFailure } from '../../src/db/errors.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import { createDatabase, type LocalPostgres, openPostgres } from '../../src/local/postgres.ts'
import { createAuthority, createSelfSigned, type Identity } from '../../src/sandbox/server/certificates.ts'
import { openTcpProxy } from '../faults/tcp-proxy.ts'
import { collectLog } from '../support/collected-log.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * A Postgres that speaks TLS, with certificates good and bad.
 */

const day = 86_400_000
const ours = createAuthority('ours')
const theirs = createAuthority('theirs')
const hosts = ['localhost', '127.0.0.1']

const good = ours.issue({ hosts })
const identities = {
  good,
  'for another host': ours.issue({ hosts: ['db.example', '10.0.0.1'] }),
  expired: ours.issue({ hosts, until: new Date(Date.now() - day) }),
  'not valid yet': ours.issue({ hosts, from: new Date(Date.now() + day) }),
  'self-signed': createSelfSigned(hosts),
  'of an unknown authority': theirs.issue({ hosts }),
} satisfies Record<string, Identity>

let folder: string
let postgres: LocalPostgres
let url: string
let serving: keyof typeof identities | 'none' | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'billing-sync-tls-'))
  postgres = await openPostgres({ dataDir: join(folder, 'pg'), durable: false })
  url = await createDatabase(postgres.url, 'billing')
  await migrate(parseConnectionString(`${url}?sslmode=disable`))
  writeFileSync(join(folder, 'ours.pem'), ours.certificate)
  writeFileSync(join(folder, 'bundle.pem'), theirs.certificate + ours.certificate)
  writeFileSync(join(folder, 'theirs.pem'), theirs.certificate)
  writeFileSync(join(folder, 'empty.pem'), '')
  writeFileSync(join(folder, 'self-signed.pem'), identities['self-signed'].certificate)
})

afterAll(async () => {
  await postgres.stop('immediate')
  rmSync(folder, { recursive: true, force: true })
})

/** Has the server show this certificate from now on, or speak no TLS. */
async function serve(which: NonNullable<typeof serving>): Promise<void> {
  if (serving === which) return
  serving = which
  if (which !== 'none') {
    const { uid, gid } = statSync(postgres.dataDir)
    for (const [name, content] of [
      ['server.crt', identities[which].certificate],
      ['server.key', identities[which].key],
    ] as const) {
      const path = join(postgres.dataDir, name)
      writeFileSync(path, content)
      chmodSync(path, 0o600)
      chownSync(path, uid, gid)
    }
  }
  await admin(`alter system set ssl = ${which === 'none' ? 'off' : 'on'}`)
  await postgres.restart('fast')
}

async function admin<Row extends pg.QueryResultRow>(text: string, database = postgres.url): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

interface Way {
  readonly mode?: string
  readonly host?: string
  readonly root?: string
}

const connection = ({ mode = 'VerifyFull', host = 'localhost', root = 'ours.pem' }: Way = {}) =>
  `Host=${host};Port=${postgres.port};Database=billing;Username=postgres;SSL Mode=${mode}${root && `;Root Certificate=${join(folder, root)}`}`

/** The TLS version of a connection opened this way, or why it was not. */
async function attempt(way: Way): Promise<unknown> {
  const database = await openDatabase(parseConnectionString(connection(way)), {
    connections: 1,
    applicationName: 'tls',
  })
  try {
    const { rows } = await database
      .tenant(randomUUID())
      .read((tx) => tx.execute('select version from pg_stat_ssl where pid = pg_backend_pid()'))
    return rows[0]?.version
  } catch (error) {
    return databaseFailure(error)
  } finally {
    await database.close()
  }
}

const accepted: readonly (readonly [server: keyof typeof identities, way: Way])[] = [
  ['good', {}],
  ['good', { host: '127.0.0.1' }],
  ['good', { root: 'bundle.pem' }],
  ['good', { mode: 'VerifyCA' }],
  ['for another host', { mode: 'VerifyCA' }],
  ['self-signed', { root: 'self-signed.pem' }],
  // What these do not promise, they do not check.
  ['expired', { mode: 'Require', root: '' }],
  ['self-signed', { mode: 'Prefer', root: '' }],
]
test.each(accepted)('a server whose certificate is %s is connected to with %j', async (server, way) => {
  await serve(server)
  expect(await attempt(way)).toBe('TLSv1.3')
})

const refused: readonly (readonly [server: keyof typeof identities | 'none', way: Way, words: RegExp])[] = [
  [
    'for another host',
    {},
    /certificate of the server is for another host \(\w+\)\. Put the name that it was issued for into Host\.$/,
  ],
  ['for another host', { host: '127.0.0.1' }, /is for another host/],
  ['expired', {}, /has expired \(\w+\)\. Renew it/],
  ['expired', { mode: 'VerifyCA' }, /has expired \(\w+\)\. Renew it/],
  ['not valid yet', {}, /is not valid yet \(\w+\)\. Compare the clocks/],
  ['self-signed', {}, /is self-signed \(\w+\)\. Put it into the Root Certificate .* if you trust it\.$/],
  ['self-signed', { mode: 'VerifyCA' }, /is self-signed/],
  [
    'of an unknown authority',
    {},
    /is signed by an authority that is not trusted \(\w+\)\. Put the certificate of the authority into/,
  ],
  ['of an unknown authority', { mode: 'VerifyCA' }, /is signed by an authority that is not trusted/],
  ['good', { root: 'theirs.pem' }, /is signed by an authority that is not trusted/],
  // Without a root certificate those of the system are trusted.
  ['good', { root: '' }, /is signed by an authority that is not trusted/],
  ['none', {}, /the server does not speak TLS, and SSL Mode demands it\. Switch TLS on there/],
  ['none', { mode: 'VerifyCA' }, /does not speak TLS/],
  ['none', { mode: 'Require', root: '' }, /does not speak TLS/],
]
test.each(refused)('a server whose certificate is %s is refused with %j', async (server, way, words) => {
  await serve(server)
  expect(await attempt(way)).toMatchObject({
    name: 'SyncError',
    verdict: 'retry',
    code: 'database_certificate',
    message: expect.stringMatching(words),
  })
})

test('a certificate file that is not there, or holds none, is a sentence before any connection', async () => {
  const missing = {
    verdict: 'retry',
    code: 'no_database',
    message: expect.stringMatching(/Root Certificate cannot be read at .*nowhere\.pem/),
  }
  await expect(attempt({ root: 'nowhere.pem' })).rejects.toMatchObject(missing)
  const empty = { verdict: 'retry', code: 'no_database', message: expect.stringMatching(/holds no certificate in PEM/) }
  await expect(attempt({ root: 'empty.pem' })).rejects.toMatchObject(empty)
})

test.each([
  ['good', 'TLSv1.3'],
  ['none', null],
] as const)(
  'a pool of Prefer that opened without its server, whose certificate is %s, learns of TLS once it is back',
  async (server, version) => {
    await serve(server)
    const proxy = await openTcpProxy(`http://127.0.0.1:${postgres.port}`)
    onTestFinished(() => proxy.close())
    proxy.decide(() => 'cut-before')
    const away = connection({ mode: 'Prefer', host: '127.0.0.1', root: '' }).replace(
      `Port=${postgres.port}`,
      `Port=${new URL(proxy.url).port}`,
    )
    const database = await openDatabase(parseConnectionString(away), { connections: 1, applicationName: 'tls' })
    onTestFinished(() => database.close())
    const seen = () =>
      database
        .tenant(randomUUID())
        .read((tx) => tx.execute('select version from pg_stat_ssl where pid = pg_backend_pid()'))
        .then(
          ({ rows }) => rows[0]?.version,
          () => 'away',
        )
    expect(await seen()).toBe('away')
    proxy.decide(() => 'pass')
    // Never in plain text where the server speaks TLS.
    const versions = new Set<unknown>()
    await expect.poll(async () => versions.add(await seen()).has(version), { timeout: 120_000 }).toBe(true)
    expect([...versions].filter((seen) => seen !== 'away')).toEqual([version])
  },
)

describe('a job', () => {
  const openEnv = async () => {
    const log = collectLog()
    const parts = await setup({ log, settings: { ConnectionStrings__DefaultConnection: connection() } })
    const jobs = () => admin<{ id: string; status: string }>('select id, status from sync_jobs', url)
    return { ...parts, log, jobs }
  }

  test('is done over TLS', async () => {
    await serve('good')
    const { handle, jobs } = await openEnv()
    const request = jobRequest()
    expect(await handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
    expect(await jobs()).toContainEqual({ id: request.jobId, status: 'completed' })
  })

  test.each(
    refused
      .slice(0, 1)
      .concat(
        refused.filter(
          ([server, { mode, root }]) => mode === undefined && root === undefined && server !== 'for another host',
        ),
      ),
  )(
    'of a worker whose server is %s waits in the queue, its log says why, and it is done once that is mended',
    async (server, _, words) => {
      await serve(server)
      const { handle, jobs, log, sandbox } = await openEnv()
      const request = jobRequest()
      const { batchItemFailures } = await handle([JSON.stringify(request)])
      expect(batchItemFailures).toHaveLength(1)
      expect(log.lines()).toContainEqual(
        expect.objectContaining({
          level: 'error',
          message: expect.stringMatching(/^the job could not be claimed and its message is redelivered\. database: /),
          code: 'database_certificate',
          error: expect.objectContaining({ message: expect.stringMatching(words) }),
        }),
      )
      expect(sandbox.requests).toEqual([])
      await serve('good')
      expect(await handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
      expect(await jobs()).toContainEqual({ id: request.jobId, status: 'completed' })
    },
  )
})
