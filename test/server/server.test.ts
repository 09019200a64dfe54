import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openServer } from '../../src/server/open.ts'
import { probeRoutes } from '../../src/server/probes.ts'
import type { Route } from '../../src/server/route.ts'

async function setup(routes: readonly Route[]) {
  const server = await openServer('127.0.0.1:0', routes)
  onTestFinished(server.close)
  return {
    async get(path: string, method = 'GET') {
      const response = await fetch(server.address + path, { method })
      const { status, headers } = response
      return { status, headers: Object.fromEntries(headers), body: await response.text() }
    },
  }
}

interface Probed {
  readonly stuck?: string | null
  readonly queue?: 'new' | 'here' | 'away'
  readonly failureCode?: string
  readonly database?: string | null
}

function openProbes({ stuck = null, queue = 'here', failureCode, database = null }: Probed) {
  const stop = new AbortController()
  const pulse = { stuck: () => stuck, queue, failureCode }
  return { stop, routes: probeRoutes({ pulse, database: async () => database, shutdown: stop.signal }) }
}

test.each<[string, Probed, number, string]>([
  ['nothing', {}, 200, 'The worker receives messages.\n'],
  [
    'the queue, not yet',
    { queue: 'new' },
    503,
    'queue: the worker is not connected yet. Check Queue.Url if this lasts.\n',
  ],
  [
    'the queue',
    { queue: 'away', failureCode: 'ECONNREFUSED' },
    503,
    'queue: it does not answer (ECONNREFUSED). Check the server of Queue.Url. The log has the reason.\n',
  ],
  ['the database', { database: 'database: gone.' }, 503, 'database: gone.\n'],
  [
    'both',
    { database: 'migrations: missing.', queue: 'new' },
    503,
    'migrations: missing.\nqueue: the worker is not connected yet. Check Queue.Url if this lasts.\n',
  ],
])('/readyz says what is missing: %s', async (_, probed, status, body) => {
  const { get } = await setup(openProbes(probed).routes)
  expect(await get('/readyz')).toMatchObject({ status, body })
  // A restart brings back nothing of that.
  expect(await get('/livez')).toMatchObject({ status: 200, body: 'The receiver moves.\n' })
})

test('/livez fails if the receiver is stuck', async () => {
  const { get } = await setup(openProbes({ stuck: 'a call has not ended for 121 s' }).routes)
  expect(await get('/livez')).toMatchObject({ status: 503, body: 'receiver: a call has not ended for 121 s.\n' })
})

test('a worker that was asked to stop is alive and not ready', async () => {
  const { routes, stop } = openProbes({})
  const { get } = await setup(routes)
  stop.abort()
  expect(await get('/readyz')).toMatchObject({
    status: 503,
    body: 'worker: it was asked to stop, and receives no more messages.\n',
  })
  expect(await get('/livez')).toMatchObject({ status: 200 })
})

test('a route of another room is served with its type, and one that fails says nothing of why', async () => {
  const { get } = await setup([
    { path: '/metrics', answer: () => ({ status: 200, type: 'text/plain; version=0.0.4', body: 'up 1\n' }) },
    { path: '/broken', answer: () => Promise.reject(new Error('canary5Fh2')) },
  ])
  const metrics = await get('/metrics?name=up')
  expect(metrics).toMatchObject({ status: 200, body: 'up 1\n' })
  expect(metrics.headers).toMatchObject({
    'content-type': 'text/plain; version=0.0.4',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(await get('/metrics', 'HEAD')).toMatchObject({ status: 200, body: '' })
  const broken = await get('/broken')
  expect(broken.status).toBe(503)
  expect(broken.body).not.toContain('canary')
  expect(await get('/')).toMatchObject({
    status: 404,
    body: 'There is nothing at this path. There is /metrics, /broken.\n',
  })
  expect(await get('/metrics', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
})

test('a taken port is refused in words', async () => {
  const rival = createServer()
  await new Promise<void>((resolve) => rival.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void rival.close())
  const address = rival.address()
  const port = typeof address === 'object' ? address?.port : 0
  await expect(openServer(`127.0.0.1:${port}`, [])).rejects.toThrow(
    `server: 127.0.0.1:${port} is taken (EADDRINUSE). Set Worker.Listen to another address.`,
  )
})
