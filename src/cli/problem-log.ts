import type { Log, LogFields } from '../log/log.ts'
import { describeProblem } from './problem.ts'

/** A log that prints nothing. It keeps problems as sentences, which the terminal shows later. */
export function createProblemLog(): { readonly log: Log; readonly problems: ReadonlySet<string> } {
  const problems = new Set<string>()
  const keep = (text: string, fields?: LogFields, error?: unknown) => {
    const problem = error === undefined ? '' : describeProblem(error)
    const { resource, reason } = fields ?? {}
    const message = [text, resource, reason].filter((part) => typeof part === 'string').join(': ')
    // Most sentences end with what the error says.
    problems.add(message.includes(problem) ? message : `${message}: ${problem}`)
  }
  const log: Log = { debug() {}, info() {}, warn: keep, error: keep, child: () => log }
  return { log, problems }
}
