/** What may be logged: an allow-list. A payload or a token has no field to go into. */
export interface LogFields {
  readonly jobId?: string
  readonly tenantId?: string
  readonly provider?: string
  readonly resource?: string
  readonly messageId?: string
  readonly requestId?: string
  readonly receiveCount?: number
  readonly attempt?: number
  readonly hop?: number
  readonly fence?: number
  readonly outcome?: string
  readonly status?: string
  readonly code?: string
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
  /** The final SyncJobResult, logged once at the end of a job; it has no secret by construction. */
  readonly result?: unknown
}

/** One interface, three sinks: powertools in Lambda, pino on a terminal, nothing in tests. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields, error?: unknown): void
  error(message: string, fields?: LogFields, error?: unknown): void
  /** A logger of its own with these fields on every line; nothing is shared with its parent. */
  child(fields: LogFields): Log
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}

const secrets =
  /\b(?:sk|rk|pk|rkcs|whsec|ac)_(?:live_|test_)?[A-Za-z0-9_]{6,}|\bBearer\s+[^\s"']+|\beyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=\/\/[^\s/:@]{0,64}:)[^\s@/]+(?=@)|(?<=password[=:]\s?)[^\s;"']+/gi

/** Text with everything that looks like a key, a bearer token, a JWT or a password in a URL taken out. */
export function scrub(text: string): string {
  return text.replace(secrets, '[secret]')
}

/** An error as log fields: names, codes and scrubbed messages along its chain of causes, never its payload. */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: scrub(String(error)).slice(0, 500) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined || depth >= 3 ? {} : { cause: describeError(error.cause, depth + 1) }
  const stack = error.stack
    ?.split('\n')
    .slice(1, 5)
    .map((line) => line.trim())
  return {
    name: error.name,
    ...code,
    message: scrub(error.message).slice(0, 1000),
    ...(stack ? { stack } : {}),
    ...cause,
  }
}
