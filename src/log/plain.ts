import { describeError, type Log, type LogFields } from './log.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]

/** The sink without a library: a JSON line a call on standard output, which Lambda takes into its log. */
export function createPlainLog(level: Level, always: LogFields = {}): Log {
  const write = (lineLevel: Level, message: string, fields: LogFields = {}, error?: unknown) => {
    if (levels.indexOf(lineLevel) < levels.indexOf(level)) return
    const described = error === undefined ? {} : { error: describeError(error) }
    const line = {
      level: lineLevel.toUpperCase(),
      message,
      timestamp: new Date().toISOString(),
      service: 'billing-sync',
    }
    process.stdout.write(`${JSON.stringify({ ...line, ...always, ...fields, ...described })}\n`)
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields, error) => write('warn', message, fields, error),
    error: (message, fields, error) => write('error', message, fields, error),
    child: (fields) => createPlainLog(level, { ...always, ...fields }),
  }
}
