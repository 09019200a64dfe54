import { SyncError } from '../errors.ts'

/** The server of a queue, from `Queue.Url`. */
export interface ServerAddress {
  readonly protocol: string
  readonly hostname: string
  readonly port: number
  /** Undefined where the address names none. */
  readonly username: string | undefined
  readonly password: string | undefined
  /** Behind the host, without the first slash. Percent-encoded. */
  readonly path: string
  /** Name of the queue on that server, from `?queue=NAME`. */
  readonly queue: string
  /** Such as `127.0.0.1:5672`. A message to a person may show it. */
  readonly host: string
}

const form =
  'Write SCHEME://USER:PASSWORD@HOST:PORT/?queue=NAME, and percent-encode the special characters of the password.'

/**
 * Reads an address such as `amqps://user:password@host/vhost?queue=NAME`. Without a name the queue is `billing-sync`.
 * @throws SyncError with verdict `reject`. It shows no part of the address, because any part may be the password
 */
export function parseServerAddress(text: string, defaultPort: number): ServerAddress {
  // The error of `new URL` holds the whole text.
  if (!URL.canParse(text)) throw wrongAddress(`queue: Queue.Url is not an address of the form of a URL. ${form}`)
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(text)
  if (hostname === '') throw wrongAddress(`queue: Queue.Url names no host. ${form}`)
  if ([...searchParams.keys()].some((key) => key !== 'queue'))
    throw wrongAddress('queue: Queue.Url has a parameter that the worker does not know. Leave all out but "queue".')
  const queue = searchParams.get('queue') ?? 'billing-sync'
  if (!/^[\w.-]{1,150}$/.test(queue))
    throw wrongAddress(
      'queue: the parameter "queue" of Queue.Url is no name of a queue. Use letters, digits, dots, hyphens and underscores, 150 characters at most.',
    )
  return {
    protocol: protocol.slice(0, -1),
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || defaultPort,
    username: decoded(username),
    password: decoded(password),
    path: pathname.replace(/^\//, ''),
    queue,
    host: `${hostname}:${Number(port) || defaultPort}`,
  }
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrongAddress(`queue: the user or the password in Queue.Url has a "%" that begins no character. ${form}`)
  }
}

/** `text` shows nothing of the address. */
export function wrongAddress(text: string): SyncError {
  return new SyncError('reject', 'invalid_setting', text)
}

/** The server of a queue failed. Nothing of the client library is in it but a text without secrets. */
export class QueueServerError extends Error {
  override readonly name = 'QueueServerError'
  /** Whether the call has tried again and again until its time was over. Another call needs no wait before it. */
  readonly hasWaited: boolean

  constructor(message: string, { hasWaited = false }: { readonly hasWaited?: boolean } = {}) {
    super(message)
    this.hasWaited = hasWaited
  }
}

export const afterWaiting = (error: unknown): unknown =>
  error instanceof QueueServerError ? new QueueServerError(error.message, { hasWaited: true }) : error

/** Whether a receive waited for its server for as long as it may. It is a failure, also where the receive was to end. */
export const hasWaited = (error: unknown): boolean => error instanceof QueueServerError && error.hasWaited

/**
 * What a client library reports, in words and without the password. The error of the library itself is not kept: it may
 * hold the address, or the arguments of the command that failed.
 */
export function serverFailure(
  transport: string,
  { host, password }: Pick<ServerAddress, 'host' | 'password'>,
  error: unknown,
): QueueServerError {
  if (error instanceof QueueServerError) return error
  const text = textOf(error)
  const shown = password === undefined ? text : withoutSecret(text, password)
  return new QueueServerError(`${transport}: the server at ${host} failed: ${shown}. Check the server and Queue.Url.`)
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A host with several addresses, or a call that was tried several times.
  if (error.message === '' && error instanceof AggregateError) return textOf(error.errors[0])
  const code = 'code' in error && error.code !== undefined ? String(error.code) : ''
  const message = error.message.trim().replace(/[.\s]+$/, '') || 'no connection'
  return code === '' || message.includes(code) ? message : `${message} (${code})`
}

function withoutSecret(text: string, password: string): string {
  return [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)].reduce(
    (shown, secret) => shown.replaceAll(secret, '[secret]'),
    text,
  )
}
