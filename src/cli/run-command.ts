import { commands } from './commands.ts'
import { exitCodeOf, exitCodes, exitCodesHelp } from './exit-codes.ts'
import { unknownName } from './nearest.ts'
import { UsageError } from './options.ts'
import { describeProblem } from './problem.ts'
import type { Terminal } from './terminal.ts'

/** Runs `COMMAND [options]` of a command line. An error becomes a sentence on the terminal. @returns the exit code */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal)
  } catch (error) {
    terminal.error.write(`${describeProblem(error)}\n`)
    return exitCodeOf(error)
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, second] = args
  if (first === undefined || asksForHelp(first)) {
    terminal.print(overview(Object.keys(commands)))
    return exitCodes.done
  }
  const ofGroup = Object.keys(commands).filter((name) => name.startsWith(`${first} `))
  if (ofGroup.length > 0 && (second === undefined || asksForHelp(second))) {
    terminal.print(overview(ofGroup))
    return exitCodes.done
  }
  const name = ofGroup.length > 0 ? `${first} ${second}` : first
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry)
    throw new UsageError(unknownName('The command', name, ofGroup.length > 0 ? ofGroup : Object.keys(commands)))
  const rest = args.slice(ofGroup.length > 0 ? 2 : 1)
  const command = await entry.load()
  if (beforeDashes(rest).some(asksForHelp)) {
    terminal.print(command.help)
    return exitCodes.done
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${name}: ${error.message} See: billing-sync ${name} --help`)
  }
}

const asksForHelp = (argument: string) => argument === '--help' || argument === '-h'

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}

function overview(names: readonly string[]): string {
  const width = Math.max(...names.map((name) => name.length))
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${commands[name]?.about}`)
  return `Usage: billing-sync COMMAND [options]

${lines.join('\n')}

billing-sync COMMAND --help lists the options of a command. npm start and npm run COMMAND run the same program.
${exitCodesHelp}`
}
