import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { UsageError } from '../../src/cli/options.ts'
import { runDisturbedSuite } from './disturbed-suite.ts'
import { closeFaultServer } from './fault-server.ts'
import { planRuns } from './plan-runs.ts'
import { currentCommit, type Named, nameAt, type Place, record } from './record.ts'
import { helpText, type RunOptions, readRunOptions } from './run-options.ts'
import type { Seen } from './scenario.ts'

/* The program behind `npm run faults`. Its options: `npm run faults -- --help`. */

async function main(args: readonly string[]): Promise<number> {
  const options = readRunOptions(args)
  if (options === 'help') {
    console.log(helpText())
    return 0
  }
  if (options.list) {
    for (const { name, faults, about } of [...options.scenarios, ...options.onTransports])
      console.log(`${name.padEnd(16)}${faults.join(' ').padEnd(24)}${about}`)
    return 0
  }
  const seed = options.seed ?? Date.now() % 1_000_000
  if (options.suite !== undefined) return runDisturbedSuite({ rate: options.suite, shard: options.shard, seed })
  const problems = options.transports ? await runOnTransports(options, seed) : await runScenarios(options, seed)
  const lines = problems.slice(0, 20).map((problem) => `\n  ${problem}`)
  console.log(
    problems.length === 0 ? '\nno problem' : `\n${problems.length} problems with seed ${seed}:${lines.join('')}`,
  )
  return problems.length === 0 ? 0 : 1
}

/** @returns the problems, each with its scenario */
async function runScenarios(
  { scenarios, providers, share, runs }: RunOptions,
  seed: number,
): Promise<readonly string[]> {
  const commit = currentCommit()
  const problems: string[] = []
  for (const { scenario, provider, rounds } of planRuns({ scenarios, providers, share, runs, seed })) {
    const run = { seed, rounds, isFull: share === 'full' && runs === undefined, commit }
    const found = await runScenario(scenario, { ...run, place: { provider } }, (say) =>
      scenario.run({ provider, seed, rounds, say }),
    )
    problems.push(...found)
  }
  return problems
}

/** @returns the problems, each with its scenario and transport */
async function runOnTransports(options: RunOptions, seed: number): Promise<readonly string[]> {
  const { transports = [], onTransports, share, runs } = options
  const commit = currentCommit()
  // It loads the clients and stand-ins of all transports.
  const { openTransport } = await import('./transports/transport.ts')
  const problems: string[] = []
  for (const name of transports) {
    const transport = await openTransport[name]()
    try {
      for (const scenario of onTransports) {
        const rounds = runs ?? scenario.rounds[share]
        if (rounds === 0) continue
        const run = { seed, rounds, isFull: share === 'full' && runs === undefined, commit }
        const found = await runScenario(scenario, { ...run, place: { transport: name } }, (say) =>
          scenario.run({ transport, seed, rounds, say }),
        )
        problems.push(...found)
      }
    } finally {
      await transport.close()
    }
  }
  return problems
}

interface NamedRun {
  readonly place: Place
  readonly seed: number
  readonly rounds: number
  /** A full share is recorded, and a limit of time that it misses is a problem. */
  readonly isFull: boolean
  readonly commit: string
}

/** A scenario that throws has a problem like any other. The next ones still run. */
async function runScenario(
  scenario: Named,
  { place, seed, rounds, isFull, commit }: NamedRun,
  run: (say: (line: string) => void) => Promise<Seen>,
): Promise<readonly string[]> {
  const { name, faults, about } = scenario
  console.log(`\n${nameAt(name, place)} (${faults.join(', ')}): ${about}\n  seed ${seed}, ${rounds} rounds`)
  const began = performance.now()
  const seen = await run((line) => console.log(`  ${line}`)).catch((error: unknown): Seen => {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { rounds: 0, figures: {}, problems: [problem] }
  })
  const seconds = (performance.now() - began) / 1_000
  const problems = [...seen.problems, ...(isFull ? (seen.tooSlow ?? []) : [])]
  print({ ...seen, problems }, seconds)
  if (isFull) record(scenario, { place, seed, seen: { ...seen, problems }, seconds, commit })
  return problems.map((problem) => `${nameAt(name, place)}: ${problem}`)
}

function print({ rounds, figures, problems, tooSlow = [] }: Seen, seconds: number): void {
  console.log(`  ${rounds} rounds in ${seconds.toFixed(1)} s`)
  for (const [name, figure] of Object.entries(figures)) console.log(`  ${name}: ${figure}`)
  for (const limit of tooSlow) console.log(`  too slow: ${limit}`)
  for (const problem of problems.slice(0, 20)) console.log(`  PROBLEM ${problem}`)
  if (problems.length > 20) console.log(`  … and ${problems.length - 20} more problems`)
}

main(process.argv.slice(2))
  .catch((error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message} See: npm run faults -- --help`)
    else console.error(error)
    return exitCodeOf(error)
  })
  .then(async (code) => {
    await closeFaultServer()
    process.exit(code)
  })
