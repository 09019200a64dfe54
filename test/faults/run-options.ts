import * as z from 'zod'
import { unknownName } from '../../src/cli/nearest.ts'
import { flag, option, optionNames, parseOptions, UsageError } from '../../src/cli/options.ts'
import { type Scenario, shares } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { transportScenarios } from './transports/index.ts'
import { type TransportName, transportNames } from './transports/transport-name.ts'
import type { TransportScenario } from './transports/transport-scenario.ts'
import { type ProviderName, providers } from './worlds/world.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'takes a whole number')
  .transform(Number)
  .optional()

const options = z.object({
  only: option('A,B', 'these scenarios, by name or fault: kill,F07', z.string().optional()),
  provider: option('A,B', 'on these providers, or all (Stripe; a share of each in ci)', z.string().optional()),
  transport: option('A,B', 'containers on these transports instead, or on all', z.string().optional()),
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

export type RunOptions = Omit<z.infer<typeof options>, 'only' | 'provider' | 'transport'> & {
  readonly scenarios: readonly Scenario[]
  readonly providers: readonly ProviderName[] | undefined
  /** Undefined: `scenarios` run. Else `onTransports` run on these, and nothing else. */
  readonly transports: readonly TransportName[] | undefined
  readonly onTransports: readonly TransportScenario[]
}

/** The command line of `npm run faults`; `help` if it asks for the help. @throws UsageError */
export function readRunOptions(args: readonly string[]): RunOptions | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help'
  const { options: given, rest } = parseOptions(options, args)
  if (rest[0] !== undefined) throw new UsageError(`"${rest[0]}" is one argument too many: faults takes options only.`)
  const { only, provider, transport, ...others } = given
  const transports = chooseNames('The transport', transportNames, transport)
  return {
    ...others,
    scenarios: transports ? [] : choose(scenarios, only),
    onTransports: transports ? choose(transportScenarios, only) : [],
    providers: chooseNames('The provider', providers, provider),
    transports,
  }
}

function chooseNames<Name extends string>(
  what: string,
  all: readonly Name[],
  named: string | undefined,
): readonly Name[] | undefined {
  if (named === undefined) return undefined
  if (named === 'all') return all
  const words = named.split(',')
  const unknown = words.find((word) => !all.some((name) => name === word))
  if (unknown !== undefined) throw new UsageError(unknownName(what, unknown, [...all, 'all']))
  return all.filter((name) => words.includes(name))
}

function choose<Chosen extends Pick<Scenario, 'name' | 'faults'>>(
  all: readonly Chosen[],
  only: string | undefined,
): readonly Chosen[] {
  if (only === undefined) return all
  const words = only.split(',')
  const known = all.flatMap(({ name, faults }) => [name, ...faults])
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined) throw new UsageError(unknownName('The scenario', unknown, known))
  return all.filter(({ name, faults }) => words.some((word) => word === name || faults.includes(word)))
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
