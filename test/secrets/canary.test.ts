import { randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import type { Log, LogFields } from '../../src/log/log.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { openLambda } from '../lambda/lambda.ts'
import { jobRequest, setup, sqsEvent } from '../support/setup.ts'
import { type Echo, echoes, openEchoingProvider } from './echoing-provider.ts'
import { openSecretStore } from './secret-store.ts'

/*
 * A secret is driven through every failure there is, and looked for everywhere the worker writes.
 */

const marker = `Canary${randomBytes(6).toString('hex')}`

/** In each form in which a program is likely to pass it on. */
const forms = [
  marker,
  ...[0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + marker)
      .toString('base64')
      .slice(shift && 4, -4),
  ),
  Buffer.from(marker).toString('hex'),
].map((form) => form.toLowerCase())
const isLeak = (text: string) => forms.some((form) => text.toLowerCase().includes(form))

interface Evidence {
  readonly where: string
  readonly text: string
}

const leaks = (evidence: readonly Evidence[]) =>
  evidence
    .flatMap(({ where, text }) => text.split('\n').map((line) => ({ where, line })))
    .filter(({ line }) => isLeak(line))
    .map(({ where, line }) => `${where}: …${around(line)}…`)
    .filter((one, n, all) => all.indexOf(one) === n)

const around = (line: string) => {
  const at = Math.min(...forms.map((form) => line.toLowerCase().indexOf(form)).filter((found) => found >= 0))
  return line.slice(Math.max(0, at - 150), at + 100)
}

test('the detector finds it in each form', () => {
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
afterAll(() => rm(root, { recursive: true, force: true }))

const key = (echo: Echo | 'none') => `sk_live_${marker}_${echo.replaceAll('-', '_')}`
const names = Object.keys(echoes) as Echo[]

async function setupCanary() {
  const [provider, store] = await Promise.all([openEchoingProvider(), openSecretStore()])
  const parts = await setup()
  const environment: Record<string, string> = {
    ...parts.environment,
    Stripe__ApiBase: provider.url,
    Stripe__ApiKey: key('e401'),
    Secrets__Endpoint: store.endpoint,
    Secrets__Prefix: 'tenants/',
    Worker__MaxRetries: '1',
    Worker__Concurrency: '10',
    ConnectionStrings__DefaultConnection: withPassword(parts.url),
  }
  return { ...parts, provider, store, environment }
}

const withPassword = (url: string, over: Readonly<Record<string, string | number>> = {}) => {
  const { host, port, database } = parseConnectionString(url)
  const keywords = {
    Host: host,
    Port: port,
    Database: database,
    Username: 'postgres',
    Password: `"${marker};"`,
    'SSL Mode': 'Disable',
    ...over,
  }
  return Object.entries(keywords)
    .map((pair) => pair.join('='))
    .join(';')
}

/** The clock of patience goes a hundred times as fast, so that a minute of it is short. */
const hurried = 'data:text/javascript,const%20now=performance.now.bind(performance);performance.now=()=>now()*100'

/** The real handler in a process of its own, given these bodies as often as they come back, three times at most. */
async function handled(environment: Readonly<Record<string, string>>, bodies: readonly unknown[], timeoutMs = 60_000) {
  const lambda = await openLambda({
    root,
    handler: 'handler.handler',
    env: { ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    nodeArgs: ['--import', hurried],
  })
  onTestFinished(() => lambda.close())
  const answers: unknown[] = []
  for (let n = 0; n < 3; n++) answers.push(await lambda.invoke(sqsEvent(bodies as string[]), timeoutMs))
  await lambda.close()
  return { answers, logs: lambda.logs() }
}

/** Every row of every table, and the statements Postgres remembers. */
async function rowsOf(url: string): Promise<Evidence[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    )
    expect(tables.length).toBeGreaterThan(20)
    const evidence: Evidence[] = []
    for (const { name } of [...tables, { name: '(select query, application_name, usename from pg_stat_activity)' }]) {
      const { rows } = await client.query<{ line: string }>(`select one::text as line from ${name} as one`)
      evidence.push({ where: name, text: rows.map(({ line }) => line).join('\n') })
    }
    return evidence
  } finally {
    await client.end()
  }
}

const quoted = (value: unknown) => JSON.stringify(value)

/** Messages that carry the secret in a token, good or bad, and what becomes of it. */
function messages(put: (id: string, value: string) => void): unknown[] {
  const plain = names.map((name) => quoted(jobRequest({ accessToken: key(name) })))
  const referred = names.map((name) => {
    put(`/tenants/${name}`, key(name))
    return quoted(
      jobRequest({
        accessToken: `ssm:/tenants/${name}`,
        additionalData: { resources: ['customers', 'core_accounts'] },
      }),
    )
  })
  put('/tenants/shapeless', marker)
  put('/tenants/publishable', `pk_live_${marker}`)
  put('/tenants/object', quoted({ apiKey: key('none') }))
  put('/tenants/another', `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${marker}`)
  const secrets = ['shapeless', 'publishable', 'object', 'object#token', 'another', `missing${''}`].map((name) =>
    quoted(jobRequest({ accessToken: `ssm:/tenants/${name}` })),
  )
  const own = { providerName: 'stripe', accessToken: marker }
  const id = randomUUID()
  return [
    ...plain,
    ...referred,
    ...secrets,
    // The configured key, refused.
    quoted(jobRequest()),
    quoted(jobRequest({ accessToken: 'acct_1' })),
    // Completed.
    quoted(jobRequest({ accessToken: key('none') })),
    quoted(
      jobRequest({ accessToken: key('none'), additionalData: { sync_type: 'incremental', resources: ['customers'] } }),
    ),
    // No token of any kind.
    ...[
      marker,
      ` ${marker} `,
      `pk_live_${marker}`,
      `arn:${marker}`,
      `arn:aws:s3:::${marker}`,
      `ssm:${marker}`,
      `sk_live_${marker}\u0000`,
      `sk_live_${marker}\r\nX: y`,
      marker.repeat(1_000),
    ].map((accessToken) => quoted(jobRequest({ accessToken }))),
    ...[[marker], { token: marker }, 5].map((accessToken) => quoted(jobRequest({ accessToken }))),
    // Under keys that are written differently, or wrongly.
    ...[
      'ACCESSTOKEN',
      'access_token',
      'AccessToken',
      'access-token',
      'accessTokens',
      'accesToken',
      '_accessToken',
      'token',
      'apiKey',
      'api_key',
      'secret',
      'password',
      'authorization',
      'clientSecret',
      'credentials',
    ].map((name) => quoted({ ...jobRequest(), [name]: marker })),
    ...['accessToken', 'api_key', 'password', 'token', key('none')].map((name) =>
      quoted(jobRequest({ additionalData: { [name]: marker } })),
    ),
    `{"jobId":"${id}","tenantId":"${id}","providerName":"stripe","accessToken":"${marker}","accessToken":"${marker}"}`,
    `{"jobId":"${id}","tenantId":"${id}","providerName":"stripe","accessToken":"${marker}","AccessToken":"${marker}"}`,
    // In fields that are shown in words.
    ...['jobId', 'tenantId', 'providerName', 'additionalData'].map((name) =>
      quoted(jobRequest({ ...own, [name]: key('none') })),
    ),
    ...['syncType', 'batchSize', 'forceRefresh', 'resources'].map((name) =>
      quoted(jobRequest({ ...own, additionalData: { [name]: key('none') } })),
    ),
    quoted(jobRequest({ ...own, additionalData: { resources: [key('none'), `Bearer ${marker}`] } })),
    quoted(jobRequest({ ...own, providerName: 'paypal' })),
    quoted(jobRequest({ ...own, providerName: 'nobody' })),
    quoted(jobRequest({ accessToken: key('none'), additionalData: { resources: ['nothing'] } })),
    quoted(jobRequest({ ...own, providerName: `postgres://me:${marker}@db` })),
    // What is no message.
    ...['{', '"', '}', ',', '{"a":'].map((end) => `${quoted({ ...own, ...jobRequest() }).slice(0, -1)}${end}`),
    quoted({ accessToken: marker }).slice(0, -3),
    quoted({ accessToken: `${marker}"` }).slice(0, -3),
    `\uFEFF${quoted(own)}`,
    `accessToken=${marker}&jobId=1`,
    `{accessToken: '${marker}'}`,
    `accessToken: ${marker}`,
    `Authorization: Bearer ${marker}`,
    key('none'),
    quoted(key('none')),
    quoted([own]),
    quoted({ Message: quoted(own), Type: 'Notification' }),
    quoted(quoted(own)),
    quoted({ ...own, deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) }),
    quoted({ ...own, wide: Array(20_000).fill(0) }),
    quoted({ ...own, long: 'x'.repeat(300_000) }),
    // Bugs: Lambda never gives a body that is no text.
    null,
    { accessToken: marker },
    [marker],
    5,
  ]
}

test('it is in no line, row, dead letter or answer, whatever the provider, the secret store and the sender do', async () => {
  const { environment, store, provider, queue, url, query } = await setupCanary()
  store.refuse({ error: 'AccessDeniedException', message: `not for ${marker}` }, 1)
  store.refuse({ error: 'ThrottlingException', message: marker }, 3)
  const { answers, logs } = await handled(environment, messages(store.put))
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
    'provider_not_available',
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

test('it is in no line or answer of a worker without its database, its queue or its configuration', async () => {
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
    const own = { ...environment, Worker__MaxRetries: '0', ...over }
    const { answers, logs } = await handled(own, [...bodies, ...pausing, referring, quoted(jobRequest())], 20_000)
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

test('it is in no error that is thrown inside, nor in the causes of one', async () => {
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
