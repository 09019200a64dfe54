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

const folder = (mode: Mode) => join(import.meta.dirname, '..', '.data', 'results', mode)

/** Keeps a result, so that an hour of others need not be run again for the sake of one. */
export function store(mode: Mode, stored: Stored): void {
  mkdirSync(folder(mode), { recursive: true })
  writeFileSync(join(folder(mode), `${stored.name}.json`), JSON.stringify(stored, null, 2))
}

export function storedOf(mode: Mode): readonly Stored[] {
  return readdirSync(folder(mode))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder(mode), name), 'utf8')) as Stored)
}

export function currentCommit(): string {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() ?? ''
  // What the bench itself writes is no change of what is measured.
  const changed = git('status', '--porcelain', '--', ':/', ':!/bench/results.md', ':!/bench/results.svg')
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? '+' : ''}`
}
