import pino, { type Logger } from 'pino'
import { describeError, type Log, type LogFields } from './log.ts'

/** The sink on a terminal: pino's JSON lines on standard error, apart from the output of the command. */
export function createLocalLog(level: 'debug' | 'info' | 'warn' | 'error'): Log {
  return logOf(
    pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true })),
  )
}

function logOf(logger: Logger): Log {
  const extra = (fields: LogFields = {}, error?: unknown) =>
    error === undefined ? fields : { ...fields, error: describeError(error) }
  return {
    debug: (message, fields) => logger.debug(extra(fields), message),
    info: (message, fields) => logger.info(extra(fields), message),
    warn: (message, fields, error) => logger.warn(extra(fields, error), message),
    error: (message, fields, error) => logger.error(extra(fields, error), message),
    child: (fields) => logOf(logger.child(fields)),
  }
}
