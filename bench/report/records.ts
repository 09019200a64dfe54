import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mode } from '../mode.ts'
import type { Result } from '../result.ts'

/** A scenario's last result in one mode. */
export interface Stored {
  readonly name: string
  readonly about: string
  /** UTC, ISO 8601. */
  readonly measuredAt: string
  /** Of the worker's repository; `+` where there were changes. */
  readonly commit: string
  readonly rounds: number
  readonly result: Result
}

/** What results are kept under: a mode, and which Postgres where it is not the embedded one. */
export interface Shelf {
  readonly mode: Mode
  readonly label: string
}

const folder = ({ mode, label }: Shelf) => join(import.meta.dirname, '..', '.data', 'results', label, mode)

/** Keeps a result, so that an hour of others need not be run again for the sake of one. */
export function store(shelf: Shelf, stored: Stored): void {
  mkdirSync(folder(shelf), { recursive: true })
  writeFileSync(join(folder(shelf), `${stored.name}.json`), JSON.stringify(stored, null, 2))
}

export function storedOf(shelf: Shelf): readonly Stored[] {
  return readdirSync(folder(shelf))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder(shelf), name), 'utf8')) as Stored)
}

export function currentCommit(): string {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() ?? ''
  // What the bench itself writes is no change of what is measured.
  const changed = git('status', '--porcelain', '--', ':/', ':!/bench/results*.md', ':!/bench/results*.svg')
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? '+' : ''}`
}
