import { parseArgs } from 'node:util'
import { runSuite } from './disturbed-suite.ts'
import { closeFaultServer } from './fault-server.ts'
import { currentCommit, record } from './record.ts'
import { type Scenario, type Seen, type Share, shares } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

/* npm run faults -- [--seed N] [--runs N] [--only F07|kill,…] [--share test|ci|full] [--list] [--suite 0.05] */

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    only: { type: 'string' },
    share: { type: 'string', default: 'ci' },
    list: { type: 'boolean', default: false },
    suite: { type: 'string' },
  },
})

async function main(): Promise<number> {
  const chosen = choose(values.only)
  const share = shareOf(values.share)
  if (values.list) {
    for (const { name, faults, about } of chosen)
      console.log(`${name.padEnd(16)}${faults.join(' ').padEnd(24)}${about}`)
    return 0
  }
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('seed', values.seed)
  if (values.suite !== undefined) return runSuite(shareOfCalls(values.suite), seed)
  const runs = values.runs === undefined ? undefined : wholeNumber('runs', values.runs)
  const commit = currentCommit()
  let problems = 0
  for (const scenario of chosen) {
    const rounds = runs ?? scenario.rounds[share]
    if (rounds === 0) continue
    console.log(
      `\n${scenario.name} (${scenario.faults.join(', ')}): ${scenario.about}\n  seed ${seed}, ${rounds} rounds`,
    )
    const began = performance.now()
    const seen = await witness(scenario, seed, rounds)
    const seconds = (performance.now() - began) / 1_000
    show(seen, seconds)
    problems += seen.problems.length
    if (share === 'full' && runs === undefined) record(scenario, { seed, seen, seconds, commit })
  }
  console.log(problems === 0 ? '\nno problem' : `\n${problems} problems; the same seed shows them again`)
  return problems === 0 ? 0 : 1
}

/** A scenario that breaks down is a problem like any other: the others run all the same. */
async function witness(scenario: Scenario, seed: number, rounds: number): Promise<Seen> {
  try {
    return await scenario.run({ seed, rounds, say: (line) => console.log(`  ${line}`) })
  } catch (error) {
    return {
      rounds: 0,
      figures: {},
      problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    }
  }
}

function show({ rounds, figures, problems }: Seen, seconds: number): void {
  console.log(`  ${rounds} rounds in ${seconds.toFixed(1)} s`)
  for (const [name, figure] of Object.entries(figures)) console.log(`  ${name}: ${figure}`)
  for (const problem of problems.slice(0, 20)) console.log(`  PROBLEM ${problem}`)
  if (problems.length > 20) console.log(`  … and ${problems.length - 20} more problems`)
}

function choose(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios
  const words = only.split(',')
  const unknown = words.filter(
    (word) => !scenarios.some((scenario) => scenario.name === word || scenario.faults.includes(word)),
  )
  if (unknown.length > 0) throw new Error(`faults: nothing is called ${unknown.join(', ')}; see --list`)
  return scenarios.filter(({ name, faults }) => words.some((word) => word === name || faults.includes(word)))
}

function shareOf(text: string): Share {
  const share = shares.find((name) => name === text)
  if (!share) throw new Error(`faults: --share is one of ${shares.join(', ')}, not ${text}`)
  return share
}

function shareOfCalls(text: string): number {
  if (!/^0?\.\d{1,3}$/.test(text)) throw new Error(`faults: --suite is a share of all calls such as 0.05, not ${text}`)
  return Number(text)
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`faults: --${name} is a whole number, not ${text}`)
  return Number(text)
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return 1
  })
  .then(async (code) => {
    await closeFaultServer()
    process.exit(code)
  })
