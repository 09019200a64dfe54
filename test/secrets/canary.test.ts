import { randomBytes, randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import type { Log, LogFields } from '../../src/log/log.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { handled, isLeak, key, leaks, marker, names, quoted, rowsOf, setupCanary, withPassword } from './canary-env.ts'
import { messages } from './canary-messages.ts'

/*
 * A secret is driven through every failure there is, and looked for everywhere the worker writes.
 */

test('the detector finds the secret in each form', () => {
  const texts = [
    `a ${marker} b`,
    marker.toUpperCase(),
    ...['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}${marker}xyz`).toString('base64')),
  ]
  for (const text of texts) expect(isLeak(text)).toBe(true)
  expect(isLeak(randomBytes(5_000).toString('base64'))).toBe(false)
})

let root: string
beforeAll(async () => {
  root = await buildBundle()
})
afterEach(() => {
  vi.restoreAllMocks()
})

test('the secret is in no log line, row, dead letter or answer, whatever the provider, the secret store and the sender do', async () => {
  const { environment, store, provider, queue, url, query } = await setupCanary()
  store.refuse({ error: 'AccessDeniedException', message: `not for ${marker}` }, 1)
  store.refuse({ error: 'ThrottlingException', message: marker }, 3)
  const { answers, logs } = await handled(root, { environment, bodies: messages(store.put) })
  const dead = await queue.deadLetters()
  const evidence = [
    { where: 'log', text: logs },
    { where: 'answer', text: quoted(answers) },
    { where: 'dead letters', text: dead.map((letter) => quoted(letter)).join('\n') },
    ...(await rowsOf(url)),
  ]
  expect(leaks(evidence)).toEqual([])

  // It was there to be leaked, and the failures did happen.
  for (const name of [...names, 'none'] as const) expect([...provider.keys]).toContain(key(name))
  const codes = await query<{ code: string }>(
    `select distinct coalesce(error ->> 'code', status) as code from sync_jobs order by code`,
  )
  expect(codes.map(({ code }) => code)).toEqual([
    'account_invalid',
    'bad_credentials',
    'bad_secret_reference',
    'completed',
    'invalid_request',
    'key_not_accepted',
    'not_available',
    'not_found',
    'permission_denied',
    'provider_busy',
    'provider_contract',
    'provider_refused',
    'provider_response',
    'provider_unavailable',
    'provider_unreachable',
    'publishable_key',
    'rate_limited',
    'secret_denied',
    'secret_not_found',
    'secret_unusable',
    'unknown_provider',
    'unknown_resource',
  ])
  expect(dead.length).toBeGreaterThan(20)
  expect(logs).toContain('delivery failed in an unexpected way')
})

test('the secret is in no log line or answer of a worker without its database, its queue or its configuration', async () => {
  const { environment, store, url } = await setupCanary()
  const empty = await createDatabase(inject('postgres'), `test_${randomUUID().slice(0, 8)}`)
  const bodies = [
    quoted(jobRequest({ accessToken: key('e500') })),
    quoted({ accessToken: marker }),
    `{"accessToken":"${marker}`,
  ]
  const pausing = [quoted(jobRequest({ accessToken: key('none') }))]
  const connection = 'ConnectionStrings__DefaultConnection'
  const broken: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'database: nobody listens': { [connection]: withPassword(url, { Port: 1 }) },
    'database: no such host': { [connection]: withPassword(url, { Host: 'database.invalid' }) },
    'database: no such database': { [connection]: withPassword(url, { Database: 'nowhere' }) },
    'database: no such user': { [connection]: withPassword(url, { Username: 'stranger' }) },
    'database: no TLS': { [connection]: withPassword(url, { 'SSL Mode': 'VerifyFull' }) },
    'database: no certificate': {
      [connection]: withPassword(url, { 'SSL Mode': 'VerifyFull', 'Root Certificate': '/nowhere.pem' }),
    },
    'database: no tables': { [connection]: withPassword(empty) },
    'queue: nobody listens': {
      Queue__Url: 'http://127.0.0.1:1/0/q',
      Queue__DeadLetterUrl: 'http://127.0.0.1:1/0/q',
      Queue__Endpoint: '',
    },
    'queue: refuses': {
      Queue__Url: `${environment.Queue__Endpoint}/0/gone`,
      Queue__DeadLetterUrl: `${environment.Queue__Endpoint}/0/gone`,
    },
    'queue: none': { Queue__Url: '', Queue__DeadLetterUrl: '' },
    'configuration: no connection string': { [connection]: `Host=db;Password=${marker}` },
    'configuration: a password with a semicolon': {
      [connection]: `Host=db;Database=b;Username=u;Password=a;${marker};x=${marker}`,
    },
    'configuration: a URL that is none': { [connection]: `postgres://u:a/b@${marker}@db:x/b` },
    'configuration: neither': { [connection]: marker },
    'configuration: a key in the wrong place': {
      Stripe__ApiBase: key('none'),
      Worker__BatchSize: key('none'),
      Queue__Url: key('none'),
      Log__Level: key('none'),
    },
    'configuration: a password in an address': {
      Stripe__ApiBase: `https://me:${marker}@stripe.test`,
      Secrets__Endpoint: `ftp://me:${marker}@x`,
    },
    'configuration: a key without a shape': { Stripe__ApiKey: marker },
    'configuration: a publishable key': { Stripe__ApiKey: `pk_live_${marker}` },
    'provider: nobody listens': { Stripe__ApiBase: 'http://127.0.0.1:1' },
    'provider: no such host': { Stripe__ApiBase: 'https://stripe.invalid' },
    'store: nobody listens': { Secrets__Endpoint: `http://me:${marker}@127.0.0.1:1` },
  }
  store.put('/tenants/one', key('e401'))
  const referring = quoted(jobRequest({ accessToken: 'ssm:/tenants/one' }))
  const silent: string[] = []
  for (const [name, over] of Object.entries(broken)) {
    const { answers, logs } = await handled(root, {
      environment: { ...environment, Worker__MaxRetries: '0', ...over },
      bodies: [...bodies, ...pausing, referring, quoted(jobRequest())],
      timeoutMs: 20_000,
    })
    expect(
      leaks([
        { where: `log, ${name}`, text: logs },
        { where: `answer, ${name}`, text: quoted(answers) },
      ]),
    ).toEqual([])
    if (!/"level":"(ERROR|WARN)"/.test(logs)) silent.push(name)
  }
  expect(silent).toEqual([])
  expect(leaks(await rowsOf(url))).toEqual([])
})

/** Keeps the errors themselves, which hold more than what is printed of them. */
function keepErrors(): Log & { errors: unknown[]; said: string[] } {
  const errors: unknown[] = []
  const said: string[] = []
  const add = (message: string, fields: LogFields = {}, error?: unknown) => {
    said.push(quoted([message, fields]))
    if (error !== undefined) errors.push(error)
  }
  const log = { debug: add, info: add, warn: add, error: add, child: (): Log => log, errors, said }
  return log
}

test('the secret is in no error inside the worker, nor in its causes', async () => {
  const log = keepErrors()
  const { provider, store } = await setupCanary()
  const { handle } = await setup({
    log,
    settings: {
      Stripe__ApiBase: provider.url,
      Secrets__Endpoint: store.endpoint,
      Secrets__Prefix: 'tenants/',
      Worker__MaxRetries: '0',
      Worker__Concurrency: '10',
    },
  })
  vi.spyOn(systemClock, 'now').mockImplementation(() => performance.now() * 100)
  await handle(messages(store.put) as string[])
  expect(log.errors.length).toBeGreaterThan(20)
  const shown = log.errors.map((error) =>
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  )
  expect(leaks([...shown, ...log.said].map((text) => ({ where: 'error', text: text.replaceAll('\n', ' ') })))).toEqual(
    [],
  )
})
