import { exitCodes } from './exit-codes.ts'
import { runCommand } from './run-command.ts'
import { createTerminal } from './terminal.ts'

/* The program: `billing-sync COMMAND [options]`. */

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A pager that was closed early, as by `| head`.
  if (error.code === 'EPIPE') process.exit(exitCodes.done)
  throw error
})
runCommand(process.argv.slice(2), createTerminal(process.stdout, process.stderr)).then(exit)

/** Once a pipe has taken all that was written. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code))
}
