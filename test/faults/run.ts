import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { UsageError } from '../../src/cli/options.ts'
import { runDisturbedSuite } from './disturbed-suite.ts'
import { closeFaultServer } from './fault-server.ts'
import { planRuns } from './plan-runs.ts'
import { currentCommit, record } from './record.ts'
import { helpText, type RunOptions, readRunOptions } from './run-options.ts'
import type { Scenario, Seen } from './scenario.ts'
import type { ProviderName } from './worlds/world.ts'

/* The program behind `npm run faults`. Its options: `npm run faults -- --help`. */

async function main(args: readonly string[]): Promise<number> {
  const options = readRunOptions(args)
  if (options === 'help') {
    console.log(helpText())
    return 0
  }
  if (options.list) {
    for (const { name, faults, about } of options.scenarios)
      console.log(`${name.padEnd(16)}${faults.join(' ').padEnd(24)}${about}`)
    return 0
  }
  const seed = options.seed ?? Date.now() % 1_000_000
  if (options.suite !== undefined) return runDisturbedSuite({ rate: options.suite, shard: options.shard, seed })
  const problems = await runScenarios(options, seed)
  console.log(problems === 0 ? '\nno problem' : `\n${problems} problems; the same seed shows them again`)
  return problems === 0 ? 0 : 1
}

/** @returns how many problems were seen */
async function runScenarios({ scenarios, providers, share, runs }: RunOptions, seed: number): Promise<number> {
  const commit = currentCommit()
  let problems = 0
  for (const { scenario, provider, rounds } of planRuns({ scenarios, providers, share, runs, seed })) {
    const { name, faults, about } = scenario
    console.log(`\n${name} on ${provider} (${faults.join(', ')}): ${about}\n  seed ${seed}, ${rounds} rounds`)
    const began = performance.now()
    const seen = await runScenario(scenario, { provider, seed, rounds })
    const seconds = (performance.now() - began) / 1_000
    print(seen, seconds)
    problems += seen.problems.length
    if (share === 'full' && runs === undefined) record(scenario, { provider, seed, seen, seconds, commit })
  }
  return problems
}

/** A scenario that throws has a problem like any other. The next ones still run. */
async function runScenario(
  scenario: Scenario,
  run: { readonly provider: ProviderName; readonly seed: number; readonly rounds: number },
): Promise<Seen> {
  try {
    return await scenario.run({ ...run, say: (line) => console.log(`  ${line}`) })
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { rounds: 0, figures: {}, problems: [problem] }
  }
}

function print({ rounds, figures, problems }: Seen, seconds: number): void {
  console.log(`  ${rounds} rounds in ${seconds.toFixed(1)} s`)
  for (const [name, figure] of Object.entries(figures)) console.log(`  ${name}: ${figure}`)
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
