import type { ErrorCode } from '../error-codes/error-codes.ts'
import type { LogEvent } from './events.ts'
import { redactSecrets } from './redact.ts'

/** The fields that a log line may have: an allow-list. No field takes a payload or a token. */
export interface LogFields {
  /** What the line is about, for alarms and queries. */
  readonly event?: LogEvent
  readonly jobId?: string
  readonly tenantId?: string
  readonly provider?: string
  readonly account?: string
  readonly resource?: string
  readonly messageId?: string
  readonly requestId?: string
  readonly receiveCount?: number
  readonly attempt?: number
  readonly hop?: number
  readonly fence?: number
  readonly outcome?: string
  readonly status?: string
  /** The code of the error that the line is about. */
  readonly code?: ErrorCode
  readonly reason?: string
  readonly retryable?: boolean
  readonly count?: number
  readonly fetched?: number
  readonly created?: number
  readonly updated?: number
  readonly unchanged?: number
  readonly rejected?: number
  readonly requests?: number
  readonly pages?: number
  readonly ms?: number
  readonly waitMs?: number
  readonly remainingMs?: number
  /** The SyncJobResult, logged once at the end of a job. It holds no secret. */
  readonly result?: unknown
}

/** One interface with three sinks: powertools in Lambda, pino on a terminal, and silence. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields, error?: unknown): void
  error(message: string, fields?: LogFields, error?: unknown): void
  /** A logger with these fields on every line. It shares no state with its parent. */
  child(fields: LogFields): Log
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}

/** An error as log fields: names, codes and redacted messages along its chain of causes, never its payload. Never throws. */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error))
    return { message: isPrimitive(error) ? shown(error) : 'a thrown value that is not an Error' }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined || depth >= 3 ? {} : { cause: describeError(error.cause, depth + 1) }
  return { name: String(error.name), ...code, message: shown(error.message), ...frames(error), ...cause }
}

const isPrimitive = (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function')

/** Drizzle's message ends with the statement and the values of its parameters, which are customers' data. */
function shown(message: unknown): string {
  return redactSecrets(
    String(message)
      .replace(/Failed query:[\s\S]*/, 'Failed query (not shown)')
      .slice(0, 1_000),
  )
}

/** The innermost frames. The stack begins with the message, which may have several lines. */
function frames({ stack, message }: Error): { readonly stack?: readonly string[] } {
  const lines = stack?.replace(message, '').split('\n') ?? []
  const places = lines.map((line) => line.trim()).filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
  return places.length > 0 ? { stack: places.slice(0, 4) } : {}
}
