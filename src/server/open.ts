import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseListenAddress } from '../config/listen-address.ts'
import { postTo } from './post.ts'
import type { PostRoute, Route } from './route.ts'

export interface OpenServer {
  /** `http://127.0.0.1:8080` */
  readonly address: string
  close(): Promise<void>
}

/** Requests of probes and of a metrics collector. Others wait or are refused. */
const mostConnections = 64

/**
 * Serves the routes of a container at `listen`, such as `0.0.0.0:8080`. It knows neither the worker nor the page: an entry
 * gives it the routes. @throws Error in words if the port is taken
 */
export async function openServer(
  listen: string,
  routes: readonly Route[],
  posts: readonly PostRoute[] = [],
): Promise<OpenServer> {
  const { host, port } = parseListenAddress(listen) ?? { host: '127.0.0.1', port: 0 }
  const table = new Map<string, Route>(routes.map((route) => [route.path, route]))
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    answer({ table, posts }, request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else send(response, 503, 'The answer could not be made. The log of the worker may say why.\n')
    })
  })
  server.maxConnections = mostConnections
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(inWords(error, listen)))
    server.listen(port, host, resolve)
  })
  const at = server.address()
  const taken = typeof at === 'object' ? at?.port : port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

interface Routes {
  readonly table: ReadonlyMap<string, Route>
  readonly posts: readonly PostRoute[]
}

async function answer({ table, posts }: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '/' } = request
  const [path = '/'] = url.split('?')
  const post = posts.find(({ prefix }) => path.startsWith(prefix))
  if (post) {
    const { status, body } = await postTo(post, path, request)
    return send(response, status, `${body}\n`)
  }
  const route = table.get(path)
  if (!route) return send(response, 404, `There is nothing at this path. There is ${[...table.keys()].join(', ')}.\n`)
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return send(response, 405, 'The server takes GET.\n')
  }
  const { status, body, type } = await route.answer()
  send(response, status, body, type)
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(body)
}

function inWords(error: NodeJS.ErrnoException, listen: string): Error {
  const problem = error.code === 'EADDRINUSE' ? 'is taken' : 'cannot be listened on'
  return new Error(`server: ${listen} ${problem} (${error.code}). Set Worker.Listen to another address.`, {
    cause: error,
  })
}
