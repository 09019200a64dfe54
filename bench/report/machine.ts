import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { contestants } from '../contestants/index.ts'

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
  const names = new Set(['stripe', ...contestants.flatMap((one) => one.package ?? [])])
  return [...names].map((name) => {
    const path = join(import.meta.dirname, '..', 'node_modules', name, 'package.json')
    return `${name} ${JSON.parse(readFileSync(path, 'utf8')).version}`
  })
}
