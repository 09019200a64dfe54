import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { contestants } from '../contestants/index.ts'

const home = join(import.meta.dirname, '..')

/** What the figures depend on besides the code, a line each. */
export function machine(postgresVersion: string): readonly string[] {
  const [first] = cpus()
  return [
    `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    `Node ${process.version}, Postgres ${postgresVersion} with its default settings, all on this machine`,
    versions().join(', '),
  ]
}

function versions(): readonly string[] {
  const names = new Set(['stripe', ...contestants.flatMap((contestant) => contestant.package ?? [])])
  return [...names].map((name) => `${name} ${JSON.parse(readFileSync(manifestOf(name), 'utf8')).version}`)
}

/** A package is the benchmark's own or, as drizzle-orm is, the worker's. */
function manifestOf(name: string): string {
  const [benchFile = '', workerFile = ''] = [home, join(home, '..')].map((folder) =>
    join(folder, 'node_modules', name, 'package.json'),
  )
  return existsSync(benchFile) ? benchFile : workerFile
}
