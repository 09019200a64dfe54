import { Logger } from '@aws-lambda-powertools/logger'
import type { LogLevel } from '@aws-lambda-powertools/logger/types'
import { describeError, type Log, type LogFields } from './log.ts'
import { createPlainLog } from './plain.ts'

/**
 * The sink in Lambda: a JSON line a call, with the fields that powertools adds about the function. Never throws: where
 * powertools refuses a variable of the environment, such as POWERTOOLS_LOGGER_SAMPLE_RATE=x, the lines lack those fields.
 */
export function createLambdaLog(level: 'debug' | 'info' | 'warn' | 'error'): Log {
  const levels = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const satisfies Record<
    string,
    LogLevel
  >
  try {
    return logOf(new Logger({ serviceName: 'billing-sync', logLevel: levels[level] }))
  } catch (error) {
    const log = createPlainLog(level)
    log.warn(
      'the logger refuses a variable of the environment whose name begins with POWERTOOLS_. Correct or remove it.',
      { event: 'setting_unknown', code: 'invalid_setting' },
      error,
    )
    return log
  }
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
