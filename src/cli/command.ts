import type * as z from 'zod'
import { exitCodesHelp } from './exit-codes.ts'
import { optionNames, parseOptions, type Schema } from './options.ts'
import type { Terminal } from './terminal.ts'

/** A subcommand as the entry runs it. */
export interface Command {
  readonly help: string
  /** @returns the exit code. @throws UsageError, or any error, whose message is shown */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** What a subcommand gets: its options, what stands beside them, and the terminal. */
export interface Invocation<Options> {
  readonly options: Options
  readonly rest: readonly string[]
  readonly terminal: Terminal
}

interface Definition<Options extends Schema> {
  readonly name: string
  /** What the command does, in a sentence or a few. */
  readonly about: string
  readonly options: Options
  /** The placeholder of what may stand beside the options. Absent if nothing may. */
  readonly rest?: string
  /** More paragraphs for the help. */
  readonly details?: string
  run(invocation: Invocation<z.infer<Options>>): Promise<number>
}

/** A subcommand. Its options are declared once, for the parser and for the help. */
export function defineCommand<Options extends Schema>(definition: Definition<Options>): Command {
  const { options, rest } = definition
  return {
    help: helpOf(definition),
    async run(args, terminal) {
      const given = parseOptions(options, args, rest !== undefined)
      return await definition.run({ ...given, terminal })
    },
  }
}

function helpOf({ name, about, options, rest, details }: Definition<Schema>): string {
  const lines = optionNames(options).map(({ name: option, value, about: text, fallback }) => ({
    left: value === undefined ? `--${option}` : `--${option} ${value}`,
    right: fallback === undefined ? text : `${text} (${fallback})`,
  }))
  lines.push({ left: '-h, --help', right: 'this text' })
  const width = Math.max(...lines.map(({ left }) => left.length))
  const usage = `billing-sync ${name} [options]${rest === undefined ? '' : ` ${rest}`}`
  const [script, ...words] = name.split(' ')
  const alias = [script === 'start' ? 'npm start' : `npm run ${script}`, '--', ...words].join(' ')
  return [
    `Usage: ${usage}\n       ${alias} [options]${rest === undefined ? '' : ` ${rest}`}`,
    about,
    lines.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`).join('\n'),
    ...(details === undefined ? [] : [details]),
    exitCodesHelp,
  ].join('\n\n')
}
