import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionSettings } from '../config/connection-string.ts'
import { databaseFailure } from '../db/errors.ts'
import { openDatabase } from '../db/open.ts'
import { readerOf } from '../operations/scope.ts'
import { act } from './act.ts'
import { listenForAnnouncements } from './announcements.ts'
import { readAssets } from './assets.ts'
import { createGuard, type GuardOptions, isCrossSite } from './guard.ts'
import { layout } from './layout.ts'
import { createLive } from './live.ts'
import { pageAt } from './pages.ts'
import { createRates } from './rates.ts'
import type { PageSource } from './source.ts'
import type { View } from './view.ts'
import { messageView } from './views/message.ts'

export interface PageOptions
  extends GuardOptions,
    Pick<PageSource, 'resources' | 'deadLetters' | 'letters' | 'actions'> {
  /** Of a login that may read: a member of billing_sync_reader, or any with `tenantId`. */
  readonly database: ConnectionSettings
  /** The page shows this tenant alone. */
  readonly tenantId?: string | undefined
  readonly port: number
  /** Takes a free port if `port` is taken, instead of failing. */
  readonly orAnyPort?: boolean
}

export interface OpenPage {
  /** `http://127.0.0.1:8484/` */
  readonly address: string
  /** Shows the last changes to those who look on, and ends. */
  close(): Promise<void>
}

/**
 * Serves the page of the jobs. It asks the database when somebody looks, and not before.
 * @throws Error if others could reach it without a token, or the port is taken
 */
export async function openPage(options: PageOptions): Promise<OpenPage> {
  const guard = createGuard(options)
  const assets = readAssets()
  const pool = await openDatabase(options.database, { connections: 2, applicationName: 'page' })
  const { deadLetters, letters, actions, tenantId } = options
  const resources = onceEach(options.resources)
  const rates = createRates(() => performance.now())
  const source: PageSource = {
    reader: readerOf(pool, tenantId),
    resources,
    deadLetters,
    letters,
    rates,
    actions: options.token === undefined ? undefined : actions,
  }
  const live = createLive()
  let announcements: ReturnType<typeof listenForAnnouncements> | undefined

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', headers, url: target = '/' } = request
    if (!URL.canParse(target, 'http://page')) return refuse(response, 400, 'The address cannot be read.')
    const url = new URL(target, 'http://page')
    if (!guard.isOurs(headers.host)) return refuse(response, 421, 'This server has another name. See Page.Hosts.')
    if (!guard.isAllowed(headers)) {
      response.setHeader('www-authenticate', 'Basic realm="billing-sync", charset="UTF-8"')
      return refuse(response, 401, 'The page needs its token: as the password of any user, or as a bearer token.')
    }
    if (method === 'POST') {
      const acted = await act(request, url, source, guard)
      if ('goTo' in acted) return void response.writeHead(303, { location: acted.goTo }).end()
      const title = acted.status === 200 ? 'Done' : 'Not done'
      return send(response, messageView(acted.status, title, acted.sentence))
    }
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return refuse(response, 405, 'The page takes GET.')
    }
    const asset = assets.get(url.pathname)
    if (asset) return void response.writeHead(200, { 'content-type': asset.type }).end(asset.content)
    const followed = /^\/events(\/.*)$/.exec(url.pathname)?.[1]
    if (followed === undefined) return send(response, await pageAt(url, source, guard).make())
    if (isCrossSite(headers)) return refuse(response, 403, 'Another site may not look on.')
    if (!live.hasRoom()) {
      response.setHeader('retry-after', '10')
      return refuse(response, 503, 'Too many browsers look on at once. Load the page again for news.')
    }
    announcements ??= listenForAnnouncements(options.database, live.wake)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
    const watched = new URL(followed + url.search, 'http://page')
    live.join(watched.href, pageAt(watched, source, guard), response)
  }

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    for (const [name, value] of Object.entries(everyHeader)) response.setHeader(name, value)
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else send(response, messageView(503, 'The database does not answer', databaseFailure(error).message))
    })
  })
  server.maxConnections = 256
  try {
    await listen(server, options)
  } catch (error) {
    await pool.close()
    throw error
  }
  const end = async () => {
    await live.close()
    server.close()
    server.closeAllConnections()
    await announcements?.close()
    await pool.close()
  }
  let ended: Promise<void> | undefined
  return { address: addressOf(options.host, server.address()), close: () => (ended ??= end()) }
}

const everyHeader = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // With no-referrer a browser would send no origin with the forms of the page itself.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

const send = (response: ServerResponse, view: View) =>
  void response.writeHead(view.status, { 'content-type': 'text/html; charset=utf-8' }).end(layout(view))

const refuse = (response: ServerResponse, status: number, sentence: string) =>
  void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)

async function listen(server: ReturnType<typeof createServer>, { host, port, orAnyPort }: PageOptions): Promise<void> {
  const attempt = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await attempt(port)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (isTaken && orAnyPort) return attempt(0)
    if (isTaken) throw new Error(`page: ${host}:${port} is taken (EADDRINUSE). Set Page.Listen to another port.`)
    throw error
  }
}

function addressOf(host: string, at: AddressInfo | string | null): string {
  const port = typeof at === 'object' ? at?.port : undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
}

/** Asks once for each name. To make a provider costs more than to show its job, and a page shows a hundred. */
function onceEach<Value>(ask: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const answers = new Map<string, Promise<Value>>()
  return (name) => {
    const answer = answers.get(name) ?? ask(name)
    answers.set(name, answer)
    return answer
  }
}
