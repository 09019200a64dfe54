import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a runtime posts when its handler is done, or could not be loaded. */
export type Posted =
  | { readonly kind: 'response'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly payload: unknown }

/** The Lambda Runtime API as one runtime process sees it: it asks for an event, gets one, posts how it went. */
export interface RuntimeApi {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  /** Resolves when the runtime asks for its first event, or with the error it found while loading the handler. */
  readonly ready: Promise<Posted | undefined>
  /** Gives the runtime an event; resolves with what it posts, and never if it dies. One event at a time, once ready. */
  give(event: unknown, timeoutMs: number): Promise<Posted>
  close(): void
}

/** Opens a Runtime API on loopback (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). */
export async function openRuntimeApi(functionName: string): Promise<RuntimeApi> {
  const ready = deferred<Posted | undefined>()
  let asking = deferred<ServerResponse>()
  let given: { readonly id: string; readonly settle: (posted: Posted) => void } | undefined

  // A runtime that is killed while it posts leaves half a request behind: nobody is there to be answered.
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '')
    if (path === 'invocation/next') {
      ready.resolve(undefined)
      asking.resolve(response)
      return
    }
    const payload: unknown = JSON.parse(await text(request))
    const [, id, kind] = path.split('/')
    if (path === 'init/error') ready.resolve({ kind: 'error', payload })
    else if (given && id === given.id && (kind === 'response' || kind === 'error')) given.settle({ kind, payload })
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}')
  }

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: ready.promise,
    async give(event, timeoutMs) {
      const response = await asking.promise
      asking = deferred()
      const id = randomUUID()
      const { promise, resolve } = deferred<Posted>()
      given = { id, settle: resolve }
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': id,
        'Lambda-Runtime-Deadline-Ms': Date.now() + timeoutMs,
        'Lambda-Runtime-Invoked-Function-Arn': `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}`,
        'Lambda-Runtime-Trace-Id': `Root=1-00000000-${id.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      })
      response.end(JSON.stringify(event))
      return promise
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
