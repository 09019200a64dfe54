import { UsageError } from './options.ts'

/** What a command's exit code says. 130 is what a shell reports of a program that Ctrl-C has ended. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The codes in words, for the help. */
export const exitCodesHelp =
  'Exit codes: 0 done; 1 failed, refused, or a difference was found; 2 the command line is wrong; 130 interrupted by Ctrl-C.'

/** The exit code of a command that has thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed
}
