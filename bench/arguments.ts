import * as z from 'zod'
import { unknownName } from '../src/cli/nearest.ts'
import { flag, option, optionNames, parseOptions, UsageError } from '../src/cli/options.ts'
import type { Mode } from './mode.ts'
import type { Scenario } from './result.ts'

const options = z.object({
  quick: flag('one round at smaller sizes: under three minutes'),
  smoke: flag('correctness alone, at small sizes: for CI'),
  only: option('A,B', 'these scenarios and no others', z.string().optional()),
  rounds: option(
    'N',
    'other than five (one with --quick and --smoke)',
    z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'takes a whole number from 1')
      .transform(Number)
      .optional(),
  ),
  postgres: option(
    'DIR',
    'another Postgres than the embedded one, by the folder of its programs; its results are stored apart',
    z.string().optional(),
  ),
})

export interface Arguments {
  readonly mode: Mode
  readonly scenarios: readonly Scenario[]
  /** Null: as many as the mode has. */
  readonly rounds: number | null
  /** A folder with the programs of another Postgres than the embedded one; null: the embedded one. */
  readonly postgres: string | null
}

/** The command line of `npm run bench`; `help` if it asks for the help. @throws UsageError */
export function readArguments(args: readonly string[], all: readonly Scenario[]): Arguments | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help'
  const { options: given } = parseOptions(options, args)
  const mode = given.smoke ? 'smoke' : given.quick ? 'quick' : 'full'
  return {
    mode,
    scenarios: choose(all, mode, given.only?.split(',')),
    rounds: given.rounds ?? null,
    postgres: given.postgres ?? null,
  }
}

function choose(all: readonly Scenario[], mode: Mode, names: readonly string[] | undefined): readonly Scenario[] {
  if (!names) return all.filter(({ modes }) => modes.includes(mode))
  const known = all.map(({ name }) => name)
  return names.map((name) => {
    const scenario = all.find((candidate) => candidate.name === name)
    if (!scenario) throw new UsageError(unknownName('The scenario', name, known))
    return scenario
  })
}

/** The text of `--help`. */
export function helpText(all: readonly Scenario[]): string {
  const lines = optionNames(options).map(({ name, value, about }) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    about,
  ])
  return `Usage: npm run bench -- [options]

Compares the worker with other programs. Without options: every scenario, medians of five, about an hour.

${[...lines, ['-h, --help', 'this text']].map(([left, right]) => `  ${left?.padEnd(14)}  ${right}`).join('\n')}

Scenarios:

${all.map(({ name, about }) => `  ${name.padEnd(14)}  ${about}`).join('\n')}

Exit codes: 0 every copy is complete; 1 one is not, or a scenario failed; 2 the command line is wrong.`
}
