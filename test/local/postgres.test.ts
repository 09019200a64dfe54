import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDatabase, type LocalPostgres, openPostgres } from '../../src/local/postgres.ts'
import { serverIdentity } from '../../src/local/server-identity.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

let home: string
let shared: LocalPostgres

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'postgres-test-'))
  await chmod(home, 0o755)
  const pattern = await openPostgres({ dataDir: join(home, 'pattern'), durable: false })
  await pattern.stop()
  shared = await openCopy('shared')
})

afterAll(async () => {
  await shared.stop('immediate')
  await rm(home, { recursive: true })
})

describe('openPostgres', () => {
  it('starts as any user, and as root under another one', async () => {
    const owner = (await stat(shared.dataDir)).uid
    const pid = await postmasterPid(shared.dataDir)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const us = process.geteuid?.()
    expect(owner).toBe(us === 0 ? 65534 : us)
    expect(status).toMatch(new RegExp(`^Uid:\\t${owner}\\t${owner}\\t`, 'm'))
  })

  it('makes a cluster of UTF-8, C locale and UTC that listens on 127.0.0.1 only', async () => {
    const settings = await query(
      shared.url,
      `select current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone, datcollate as collation,
        current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
        current_user as user from pg_database where datname = current_database()`,
    )
    const expected = {
      encoding: 'UTF8',
      zone: 'UTC',
      collation: 'C',
      addresses: '127.0.0.1',
      sockets: '',
      user: 'postgres',
    }
    expect(settings).toEqual([expected])
  })

  it('syncs to disk unless told otherwise', async () => {
    const durable = await openPostgres({ dataDir: copy('durable') })
    const fsync = await query(durable.url, 'show fsync')
    await durable.stop()
    expect([fsync, await query(shared.url, 'show fsync')]).toEqual([[{ fsync: 'on' }], [{ fsync: 'off' }]])
  })

  it('takes the server that already runs on the data directory', async () => {
    const second = await open('shared')
    expect({ url: second.url, port: second.port, reused: second.reused }).toEqual({
      url: shared.url,
      port: shared.port,
      reused: true,
    })
    expect(shared.reused).toBe(false)
  })

  it('gives two that open an empty directory at the same time one server', async () => {
    const both = await Promise.all([open('together'), open('together')])
    await both[0].stop('immediate')
    await both[1].stop('immediate')
    expect(both[0].url).toBe(both[1].url)
    expect(both.map(({ reused }) => reused).sort()).toEqual([false, true])
  })

  it('keeps the data over a stop, and is really gone in between', async () => {
    const before = await openCopy('restarted')
    await query(before.url, 'create table kept as select 42 as answer')
    const pid = await postmasterPid(before.dataDir)
    await before.stop()
    const gone = await query(before.url, 'select 1').catch((error) => error.code)
    const after = await open('restarted')
    const kept = await query(after.url, 'select answer from kept')
    await after.stop()
    await after.stop()
    expect(gone).toBe('ECONNREFUSED')
    expect(isAlive(pid)).toBe(false)
    expect({ kept, reused: after.reused }).toEqual({ kept: [{ answer: 42 }], reused: false })
  })

  it.each(['immediate', 'fast'] as const)(
    'comes back from a restart (%s) on the same port with what was committed',
    async (mode) => {
      const postgres = await openCopy(`restarted-${mode}`)
      await query(postgres.url, `create table committed_${mode} as select 1 as n`)
      const client = new Client({ connectionString: postgres.url })
      await client.connect()
      const cut = new Promise((resolve) => client.on('error', () => {}).once('end', () => resolve('cut')))
      await postgres.restart(mode)
      const rows = await query(postgres.url, `select n from committed_${mode}`)
      await postgres.stop()
      const log = await readFile(join(postgres.dataDir, 'server.log'), 'utf8')
      expect([await cut, rows]).toEqual(['cut', [{ n: 1 }]])
      expect(log.includes('was not properly shut down')).toBe(mode === 'immediate')
    },
  )

  it('falls back to one stand-in under the temporary directory when the data directory cannot be reached', async () => {
    const closed = join(home, 'closed')
    await mkdir(closed, { mode: 0o500 })
    const wanted = join(closed, 'data')
    const first = await openPostgres({ dataDir: wanted, durable: false })
    const second = await openPostgres({ dataDir: wanted, durable: false })
    const rows = await query(first.url, 'select 1 as n')
    await first.stop('immediate')
    await rm(first.dataDir, { recursive: true })
    expect(first.dataDir.startsWith(join(tmpdir(), 'billing-sync-postgres-'))).toBe(true)
    expect({ dataDir: second.dataDir, reused: second.reused, rows }).toEqual({
      dataDir: first.dataDir,
      reused: true,
      rows: [{ n: 1 }],
    })
  })

  it('leaves a directory alone that holds something else', async () => {
    const dataDir = join(home, 'photos')
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'cat.jpg'), '')
    await expect(openPostgres({ dataDir })).rejects.toThrow(`postgres: ${dataDir} holds files but no database`)
    expect((await stat(dataDir)).uid).toBe(process.geteuid?.())
  })

  it('repeats what the server says when it does not start', async () => {
    const broken = await openCopy('broken')
    await broken.stop()
    await writeFile(join(broken.dataDir, 'PG_VERSION'), '9\n')
    await expect(open('broken')).rejects.toThrow(/did not start: .*database files are incompatible with server/s)
  })

  it('starts in spite of the pid file of a machine that crashed, though the pid is somebody else’s now', async () => {
    const dataDir = copy('stale')
    const stranger = spawn('sleep', ['60'], serverIdentity())
    const pidFile = [stranger.pid, dataDir, 0, 5432, '', '127.0.0.1', '', 'ready', '']
    await writeFile(join(dataDir, 'postmaster.pid'), pidFile.join('\n'))
    const after = await open('stale')
    await after.stop('immediate')
    stranger.kill()
    expect(after.reused).toBe(false)
  })

  it('gives up when aborted and leaves nothing running', async () => {
    const dataDir = copy('aborted')
    await expect(openPostgres({ dataDir, signal: AbortSignal.abort() })).rejects.toThrow('abort')
    const next = await open('aborted')
    await next.stop('immediate')
    expect(next.reused).toBe(false)
  })
})

describe('the end of the process', () => {
  it('leaves a kept server running and holds nothing of the process', async () => {
    const url = await child('kept', 'keep')
    const database = await open('kept')
    const rows = await query(url, 'select 1 as n')
    await database.stop()
    expect({ url: database.url, reused: database.reused, rows }).toEqual({ url, reused: true, rows: [{ n: 1 }] })
  })

  it('stops a server that is not kept', async () => {
    await child('dropped', 'exit')
    const next = await open('dropped')
    await next.stop('immediate')
    expect(next.reused).toBe(false)
  })

  it('leaves an orphan when the process is killed, which the next one finds', async () => {
    const url = await child('orphaned', 'killed')
    const database = await open('orphaned')
    await database.stop('immediate')
    expect({ url: database.url, reused: database.reused }).toEqual({ url, reused: true })
  })

  it('lets the process finish its work after Ctrl-C before the server stops', async () => {
    expect(await child('interrupted', 'interrupt')).toMatch(/^postgres:/)
  })
})

describe('createDatabase', () => {
  it('copies a template and returns the URL of the copy', async () => {
    const template = await createDatabase(shared.url, 'template')
    await query(template, 'create table copied as select 7 as n')
    const copy = await createDatabase(shared.url, 'copy', { template: 'template' })
    expect(copy).toBe(`postgres://postgres@127.0.0.1:${shared.port}/copy`)
    expect(await query(copy, 'select n from copied')).toEqual([{ n: 7 }])
  })

  it('takes an existing database only when asked', async () => {
    const first = await createDatabase(shared.url, 'existing', { ifMissing: true })
    await query(first, 'create table still_there as select 1 as n')
    const again = await createDatabase(shared.url, 'existing', { ifMissing: true })
    expect(await query(again, 'select n from still_there')).toEqual([{ n: 1 }])
    await expect(createDatabase(shared.url, 'existing')).rejects.toThrow('database "existing" already exists')
  })

  it('quotes names', async () => {
    const url = await createDatabase(shared.url, 'Quo"ted; drop')
    expect(await query(url, 'select current_database() as name')).toEqual([{ name: 'Quo"ted; drop' }])
  })

  it('rejects a name that Postgres would cut', async () => {
    await expect(createDatabase(shared.url, 'ü'.repeat(32))).rejects.toThrow('longer than 63 bytes')
  })
})

function open(name: string): Promise<LocalPostgres> {
  return openPostgres({ dataDir: join(home, name), durable: false })
}

/** Much faster than initdb. */
function copy(name: string): string {
  spawnSync('cp', ['-a', join(home, 'pattern'), join(home, name)])
  return join(home, name)
}

function openCopy(name: string): Promise<LocalPostgres> {
  copy(name)
  return open(name)
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Runs postgres-child.ts in a process group of its own; resolves when it is gone and its output is closed. */
async function child(name: string, ending: 'keep' | 'exit' | 'killed' | 'interrupt'): Promise<string> {
  const script = join(import.meta.dirname, 'postgres-child.ts')
  const program = spawn(process.execPath, ['--import', 'tsx', script, copy(name), ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const [output] = await Promise.all([text(program.stdout), once(program, 'close')])
  return output
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
