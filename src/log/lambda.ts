import { Logger } from '@aws-lambda-powertools/logger'
import type { LogLevel } from '@aws-lambda-powertools/logger/types'
import { describeError, type Log, type LogFields } from './log.ts'

/** The sink in Lambda: a JSON line a call, with the fields that powertools adds about the function. */
export function createLambdaLog(level: 'debug' | 'info' | 'warn' | 'error'): Log {
  const levels = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const satisfies Record<
    string,
    LogLevel
  >
  return logOf(new Logger({ serviceName: 'billing-sync', logLevel: levels[level] }))
}

function logOf(logger: Logger): Log {
  const extra = (fields: LogFields, error?: unknown) =>
    error === undefined ? { ...fields } : { ...fields, error: describeError(error) }
  return {
    debug: (message, fields = {}) => logger.debug(message, extra(fields)),
    info: (message, fields = {}) => logger.info(message, extra(fields)),
    warn: (message, fields = {}, error) => logger.warn(message, extra(fields, error)),
    error: (message, fields = {}, error) => logger.error(message, extra(fields, error)),
    child: (fields) =>
      logOf(logger.createChild({ persistentKeys: { ...logger.getPersistentLogAttributes(), ...fields } })),
  }
}
