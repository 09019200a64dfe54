import { describeError, type Log } from '../../../src/log/log.ts'

/** A log that keeps its lines as text, to be searched. */
export function recordLines(): { readonly log: Log; text(): string; clear(): void } {
  let lines: string[] = []
  const write = (message: string, fields?: object, error?: unknown) =>
    void lines.push(JSON.stringify([message, fields, error === undefined ? null : describeError(error)]))
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  const clear = () => {
    lines = []
  }
  return { log, text: () => lines.join('\n'), clear }
}
