import { exitCodeOf } from '../src/cli/exit-codes.ts'
import { UsageError } from '../src/cli/options.ts'
import { type Arguments, helpText, readArguments } from './arguments.ts'
import { type Bench, createBench } from './bench.ts'
import { build } from './build.ts'
import { openPostgres } from './postgres.ts'
import { machine } from './report/machine.ts'
import { print } from './report/print.ts'
import { currentCommit, store } from './report/records.ts'
import { writeReport } from './report/report.ts'
import type { Result, Scenario } from './result.ts'
import { scenarios } from './scenarios/index.ts'

/** Runs what the command line asks for. @returns the exit code, which the help explains */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await runArguments(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message} See: npm run bench -- --help`)
    return exitCodeOf(error)
  }
}

async function runArguments(args: readonly string[]): Promise<number> {
  const chosen = readArguments(args, scenarios)
  if (chosen === 'help') {
    console.log(helpText(scenarios))
    return 0
  }
  return measure(chosen)
}

async function measure({ mode, scenarios: chosen, rounds, postgres: programs }: Arguments): Promise<number> {
  await build()
  const postgres = await openPostgres(programs)
  const bench = createBench(mode, rounds, postgres)
  let problems = 0
  try {
    for (const scenario of chosen) {
      problems += (await runOne(scenario, bench)).problems.length
      // After each, so that nothing is lost when an hour is cut short.
      const report = writeReport({ mode, label: postgres.label }, scenarios, machine(postgres.version))
      if (scenario === chosen.at(-1)) console.error(`\n${report}`)
    }
  } finally {
    bench.close()
    await postgres.close()
  }
  return problems === 0 ? 0 : 1
}

/** A scenario that breaks does not take the others with it; what it found before stays on record. */
async function runOne(scenario: Scenario, bench: Bench): Promise<Pick<Result, 'problems'>> {
  const { name, about } = scenario
  console.error(`${name}: ${about}`)
  let result: Result
  try {
    result = await scenario.run(bench)
  } catch (error) {
    console.error(error)
    return { problems: [`${name} broke`] }
  }
  print(bench.mode, scenario, result)
  store(
    { mode: bench.mode, label: bench.postgres.label },
    {
      name,
      about,
      measuredAt: new Date().toISOString(),
      commit: currentCommit(),
      rounds: bench.rounds,
      result,
    },
  )
  return result
}
