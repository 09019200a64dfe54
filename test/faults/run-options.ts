import * as z from 'zod'
import { unknownName } from '../../src/cli/nearest.ts'
import { flag, option, optionNames, parseOptions, UsageError } from '../../src/cli/options.ts'
import { type Scenario, shares } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { type ProviderName, providers } from './worlds/world.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'takes a whole number')
  .transform(Number)
  .optional()

const options = z.object({
  only: option('A,B', 'these scenarios, by name or fault: kill,F07', z.string().optional()),
  provider: option('A,B', 'on these providers, or all (Stripe; a share of each in ci)', z.string().optional()),
  share: option('SHARE', 'how many rounds: test, ci or full', z.enum(shares, 'takes test, ci or full').default('ci')),
  runs: option('N', 'so many rounds instead', wholeNumber),
  seed: option('N', 'makes the same faults as another run', wholeNumber),
  suite: option(
    'RATE',
    'run the integration tests while that share of all calls fails: 0.05',
    z
      .string()
      .regex(/^0?\.\d{1,3}$/, 'takes a share of all calls, such as 0.05')
      .transform(Number)
      .optional(),
  ),
  shard: option(
    'K/N',
    'with --suite: the k-th of n parts of test/integration alone',
    z
      .string()
      .regex(/^\d{1,3}\/\d{1,3}$/, 'takes a part of the tests, such as 1/8')
      .optional(),
  ),
  list: flag('the scenarios and their faults'),
})

export type RunOptions = Omit<z.infer<typeof options>, 'only' | 'provider'> & {
  readonly scenarios: readonly Scenario[]
  readonly providers: readonly ProviderName[] | undefined
}

/** The command line of `npm run faults`; `help` if it asks for the help. @throws UsageError */
export function readRunOptions(args: readonly string[]): RunOptions | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help'
  const { options: given, rest } = parseOptions(options, args)
  if (rest[0] !== undefined) throw new UsageError(`"${rest[0]}" is one argument too many: faults takes options only.`)
  const { only, provider, ...others } = given
  return { ...others, scenarios: choose(only), providers: chooseProviders(provider) }
}

function chooseProviders(named: string | undefined): readonly ProviderName[] | undefined {
  if (named === undefined) return undefined
  if (named === 'all') return providers
  const words = named.split(',')
  const unknown = words.find((word) => !providers.some((provider) => provider === word))
  if (unknown !== undefined) throw new UsageError(unknownName('The provider', unknown, [...providers, 'all']))
  return providers.filter((provider) => words.includes(provider))
}

function choose(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios
  const words = only.split(',')
  const known = scenarios.flatMap(({ name, faults }) => [name, ...faults])
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined) throw new UsageError(unknownName('The scenario', unknown, known))
  return scenarios.filter(({ name, faults }) => words.some((word) => word === name || faults.includes(word)))
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = optionNames(options).map(({ name, value, about, fallback }) => ({
    left: value === undefined ? `--${name}` : `--${name} ${value}`,
    right: fallback === undefined ? about : `${about} (${fallback})`,
  }))
  lines.push({ left: '-h, --help', right: 'this text' })
  const width = Math.max(...lines.map(({ left }) => left.length))
  return `Usage: npm run faults -- [options]

Makes faults happen to the built worker and compares what it leaves with what the provider has.

${lines.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`).join('\n')}

Exit codes: 0 no problem; 1 a problem was seen; 2 the command line is wrong.`
}
