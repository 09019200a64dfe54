import { describeError, type Log, type LogFields } from '../../src/log/log.ts'

/** A log whose lines are kept, each as it would be printed. */
export function collectLog(): Log & { lines(): readonly Readonly<Record<string, unknown>>[] } {
  const lines: Record<string, unknown>[] = []
  const withFields = (common: LogFields): Log => {
    const add =
      (level: string) =>
      (message: string, fields: LogFields = {}, error?: unknown) => {
        lines.push({
          level,
          message,
          ...common,
          ...fields,
          ...(error === undefined ? {} : { error: describeError(error) }),
        })
      }
    const child = (fields: LogFields) => withFields({ ...common, ...fields })
    return { debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error'), child }
  }
  return { ...withFields({}), lines: () => lines }
}
