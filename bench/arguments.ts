import { parseArgs } from 'node:util'
import type { Mode } from './mode.ts'

export interface Arguments {
  readonly mode: Mode
  /** Names of scenarios; null: all of the mode. */
  readonly only: readonly string[] | null
  /** Null: as many as the mode has. */
  readonly rounds: number | null
  /** A folder with the programs of another Postgres than the embedded one; null: the embedded one. */
  readonly postgres: string | null
  readonly help: boolean
}

export const help = `npm run bench [-- options]

  (nothing)       everything, medians of five: about an hour
  --quick         one round at smaller sizes: under three minutes
  --smoke         correctness alone, at small sizes: for CI
  --only a,b      these scenarios and no others
  --rounds n      other than five (one with --quick and --smoke)
  --postgres dir  another Postgres than the embedded one, by its programs: /usr/lib/postgresql/15/bin, say;
                  its results are kept apart
  --help          this text and the scenarios
`

/** @throws Error for an option that is not known */
export function readArguments(given: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...given],
    options: {
      quick: { type: 'boolean' },
      smoke: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      postgres: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const only = values.only?.flatMap((names) => names.split(','))
  const rounds = values.rounds === undefined ? null : Number(values.rounds)
  if (rounds !== null && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error('--rounds takes a whole number from 1')
  return {
    rounds,
    mode: values.smoke ? 'smoke' : values.quick ? 'quick' : 'full',
    only: only ?? null,
    postgres: values.postgres ?? null,
    help: values.help === true,
  }
}
