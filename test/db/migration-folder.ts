import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

interface Added {
  readonly name: string
  readonly sql: string
  /** When drizzle-kit wrote it, in milliseconds. Drizzle orders all migrations of a database by it. */
  readonly when: number
}

interface Entry {
  readonly tag: string
  readonly when: number
}

/** The worker's migrations up to this one, or all, and others after them. */
export function ownMigrations({
  last,
  added = [],
}: {
  readonly last?: string
  readonly added?: readonly Added[]
}): string {
  const folder = emptyFolder()
  cpSync('drizzle', folder, { recursive: true })
  const { entries }: { entries: readonly Entry[] } = JSON.parse(readFileSync('drizzle/meta/_journal.json', 'utf8'))
  const count = last === undefined ? entries.length : entries.findIndex(({ tag }) => tag === last) + 1
  if (count === 0) throw new Error(`there is no migration ${last}`)
  write(folder, entries.slice(0, count), added)
  return folder
}

/** The migrations of another application. */
export function otherMigrations(added: readonly Added[]): string {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'meta'))
  write(folder, [], added)
  return folder
}

function write(folder: string, entries: readonly Entry[], added: readonly Added[]): void {
  for (const { name, sql } of added) writeFileSync(join(folder, `${name}.sql`), sql)
  const all = [...entries, ...added.map(({ name, when }) => ({ tag: name, when, breakpoints: true, version: '7' }))]
  const journal = { version: '7', dialect: 'postgresql', entries: all.map((entry, idx) => ({ idx, ...entry })) }
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify(journal))
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
