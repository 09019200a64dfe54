import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Scenario, Seen } from './scenario.ts'
import { type TransportName, transportNames } from './transports/transport-name.ts'
import { type ProviderName, providers } from './worlds/world.ts'

const entry = z.object({
  /** Absent: Stripe. */
  provider: z.enum(providers).optional(),
  /** Absent: SQS, in Lambda's way. */
  transport: z.enum(transportNames).optional(),
  faults: z.array(z.string()),
  about: z.string(),
  claim: z.string(),
  date: z.string(),
  commit: z.string(),
  machine: z.string(),
  seed: z.int(),
  rounds: z.int(),
  seconds: z.number(),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
  problems: z.array(z.string()),
})
const results = z.record(z.string(), entry)

/** What the full share of each scenario saw last, by its name; elsewhere by `NAME on PROVIDER` or `NAME on TRANSPORT`. */
export type Results = z.infer<typeof results>

const file = new URL('results.json', import.meta.url)

export function readResults(): Results {
  try {
    return results.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

/** Where a scenario runs: the Lambda function on a provider, or containers on a transport. */
export type Place = { readonly provider: ProviderName } | { readonly transport: TransportName }

export type Named = Pick<Scenario, 'name' | 'faults' | 'about' | 'claim'>

/** The name of a scenario with where it runs. */
export const nameAt = (name: string, place: Place): string =>
  `${name} on ${'transport' in place ? place.transport : place.provider}`

interface Witnessed {
  readonly place: Place
  readonly seed: number
  readonly seen: Seen
  readonly seconds: number
  /** What was run, which may not be what is checked out when it ends. */
  readonly commit: string
}

/** Writes down what a full run of a scenario saw. */
export function record({ name, faults, about, claim }: Named, { place, seed, seen, seconds, commit }: Witnessed): void {
  const { rounds, figures, problems } = seen
  const when = { date: new Date().toISOString().slice(0, 10), commit, machine: machine() }
  const isUsual = 'provider' in place && place.provider === 'stripe'
  const what = { ...(!isUsual && place), faults: [...faults], about, claim, ...when }
  const saw = { seed, rounds, seconds: Math.round(seconds), figures, problems: problems.slice(0, 20) }
  const key = isUsual ? name : nameAt(name, place)
  writeFileSync(file, `${JSON.stringify({ ...readResults(), [key]: { ...what, ...saw } }, null, 2)}\n`)
  execFileSync('npx', ['biome', 'format', '--write', fileURLToPath(file)])
}

export const currentCommit = () => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()

function machine(): string {
  const [first] = cpus()
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`
}
