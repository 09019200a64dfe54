import { help, readArguments } from './arguments.ts'
import { type Bench, createBench } from './bench.ts'
import { build } from './build.ts'
import { openPostgres } from './postgres.ts'
import { machine } from './report/machine.ts'
import { print } from './report/print.ts'
import { currentCommit, store } from './report/records.ts'
import { writeReport } from './report/report.ts'
import type { Result, Scenario } from './result.ts'
import { scenarios } from './scenarios/index.ts'

/** Runs what the arguments ask for. Returns the exit code: 1 where a copy was not complete or something failed. */
export async function run(args: readonly string[]): Promise<number> {
  const { mode, only, rounds, postgres: programs, help: asked } = readArguments(args)
  if (asked) {
    console.log(help)
    for (const { name, about } of scenarios) console.log(`  ${name.padEnd(14)}  ${about}`)
    return 0
  }
  const chosen = choose(only, mode)
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

function choose(only: readonly string[] | null, mode: Bench['mode']): readonly Scenario[] {
  if (!only) return scenarios.filter(({ modes }) => modes.includes(mode))
  return only.map((name) => {
    const found = scenarios.find((one) => one.name === name)
    if (!found) throw new Error(`no scenario ${name}; there are ${scenarios.map((one) => one.name).join(', ')}`)
    return found
  })
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
