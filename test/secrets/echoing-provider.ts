import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

type Answer = (response: ServerResponse, key: string) => void

/** Whatever a caller may read and repeat has the caller's key in it: bodies, headers, the reason phrase. */
const headersWith = (key: string) => ({
  date: new Date().toUTCString(),
  // Longer than anybody's patience: the call is not tried again.
  'retry-after': '100',
  'request-id': key,
  'www-authenticate': `Bearer realm="${key}"`,
  'stripe-account': key,
  'set-cookie': key,
  'x-stripe-routing-context-priority-tier': key,
})

const errorWith =
  (status: number, error: (key: string) => object, headers: object = {}): Answer =>
  (response, key) => {
    const content = { error: { message: `Invalid API Key provided: ${key}`, doc_url: key, ...error(key) } }
    response.writeHead(status, key, { ...headersWith(key), ...headers }).end(JSON.stringify(content))
  }

const text =
  (status: number, body: (key: string) => string, headers: object = {}): Answer =>
  (response, key) =>
    void response.writeHead(status, key, { ...headersWith(key), ...headers }).end(body(key))

/** By the end of the key that asks. */
export const echoes = {
  e401: errorWith(401, (key) => ({ type: 'invalid_request_error', code: key, param: key })),
  e403: errorWith(403, (key) => ({ type: key, code: key, param: key })),
  inaccessible: errorWith(403, () => ({ code: 'account_invalid' })),
  e400: errorWith(400, (key) => ({ type: 'invalid_request_error', code: key, param: key })),
  e400bare: errorWith(400, () => ({ type: 'invalid_request_error' })),
  e402: errorWith(402, (key) => ({ type: 'card_error', code: key, decline_code: key })),
  e404: errorWith(404, (key) => ({ code: 'resource_missing', param: key })),
  e409: errorWith(409, (key) => ({ code: 'lock_timeout', param: key })),
  e429: errorWith(429, (key) => ({ code: 'rate_limit', param: key })),
  e500: errorWith(500, (key) => ({ type: 'api_error', code: key })),
  again: errorWith(402, (key) => ({ code: key }), { 'stripe-should-retry': 'true' }),
  html: text(502, (key) => `<html>${key}</html>`),
  'no-json': text(200, (key) => `"${key}`),
  'no-object': text(200, (key) => JSON.stringify([key])),
  'no-list': text(200, (key) => JSON.stringify({ object: key, data: key })),
  'no-ids': text(200, () => JSON.stringify({ object: 'list', has_more: true, data: [{ id: 5 }] })),
  'error-200': errorWith(200, (key) => ({ type: key, code: key })),
  redirect: (response, key) =>
    void response.writeHead(307, key, { ...headersWith(key), location: `http://127.0.0.1:1/${key}` }).end(key),
  reset: (response) => void response.socket?.resetAndDestroy(),
  truncated: (response, key) => {
    response.writeHead(200, key, { ...headersWith(key), 'content-length': 10_000 }).write(`{"${key}`)
    setTimeout(() => response.destroy(), 20)
  },
  gzip: text(200, (key) => key, { 'content-encoding': 'gzip' }),
  'gzip-no-json': (response, key) =>
    void response.writeHead(200, key, { ...headersWith(key), 'content-encoding': 'gzip' }).end(gzipSync(key)),
} satisfies Record<string, Answer>

export type Echo = keyof typeof echoes

/** A provider that tells on its callers. A key without such an end gets an empty list. */
export async function openEchoingProvider() {
  const keys = new Set<string>()
  const server = createServer((request, response) => {
    const key = String(request.headers.authorization).replace('Bearer ', '')
    keys.add(key)
    const echo = Object.entries(echoes).find(([name]) => key.endsWith(`_${name.replaceAll('-', '_')}`))
    if (echo) return echo[1](response, key)
    const body =
      request.url === '/v1/account'
        ? '{"object":"account","id":"acct_1"}'
        : '{"object":"list","data":[],"has_more":false}'
    response.writeHead(200, { date: new Date().toUTCString() }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys }
}
