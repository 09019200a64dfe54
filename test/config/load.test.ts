import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, loadConfig, readConfig } from '../../src/config/load.ts'
import { settingsSchema } from '../../src/config/schema.ts'

const defaults = {
  ConnectionStrings: {},
  Stripe: {},
  Worker: {
    MaxRetries: 3,
    RetryDelaySeconds: 30,
    BatchSize: 100,
    TimeoutMinutes: 30,
    Concurrency: 5,
    LeaseSeconds: 60,
    Announce: true,
  },
  Queue: {},
  Secrets: { Prefix: 'billing-sync/{tenantId}/' },
  Log: { Level: 'info' },
  database: undefined,
  warnings: [],
}
const connection = 'Host=db;Database=billing;Username=worker;Password=p'

/** Every field of the schema, as `Section.Name`, with what its description says beside. */
const schemaFields = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
  Object.entries(shape as Record<string, { meta(): { description?: string; secret?: boolean } | undefined }>).map(
    ([name, schema]) => ({ field: `${section}.${name}`, section, name, ...schema.meta() }),
  ),
)

const fromEnvironment = (environment: Record<string, string>, file?: unknown) => readConfig({ environment, file })
const fromFile = (file: unknown) => readConfig({ environment: {}, file })

function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('the configuration', () => {
  it('has a default for everything the worker can do without', () => {
    expect(fromEnvironment({})).toEqual(defaults)
    expect(fromFile({})).toEqual(defaults)
  })

  it('is read from the file, sections of somebody else aside', () => {
    const file = {
      ConnectionStrings: { DefaultConnection: connection, Hangfire: 'Server=elsewhere' },
      Stripe: { ApiKey: 'sk_live_1', RequestsPerSecond: 12.5 },
      Worker: { BatchSize: 10 },
      Logging: { LogLevel: { Default: 'Information' } },
      AllowedHosts: '*',
    }
    expect(fromFile(file)).toEqual({
      ...defaults,
      ConnectionStrings: { DefaultConnection: connection },
      Stripe: { ApiKey: 'sk_live_1', RequestsPerSecond: 12.5 },
      Worker: { ...defaults.Worker, BatchSize: 10 },
      database: { host: 'db', port: 5432, database: 'billing', user: 'worker', password: 'p', sslMode: 'prefer' },
    })
  })

  it.each(['Worker__BatchSize', 'WORKER__BATCHSIZE', 'worker__batchsize'])('takes %s over the file', (variable) => {
    const config = fromEnvironment({ [variable]: '50' }, { Worker: { BatchSize: 10, MaxRetries: 7 } })
    expect(config).toEqual({ ...defaults, Worker: { ...defaults.Worker, BatchSize: 50, MaxRetries: 7 } })
  })

  it('takes each of its fields from the environment', () => {
    const special: Record<string, string> = {
      'ConnectionStrings.DefaultConnection': connection,
      'Stripe.ApiBase': 'http://127.0.0.1:12111',
      'Stripe.ApiKeyTenant': '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
      'Queue.Url': 'https://queue.test/1/jobs',
      'Queue.DeadLetterUrl': 'https://queue.test/1/dead',
      'Queue.Endpoint': 'https://queue.test',
      'Secrets.Endpoint': 'http://127.0.0.1:4566',
      'Worker.Announce': 'false',
      'Log.Level': 'debug',
    }
    const value = (field: string) => special[field] ?? '7'
    const config = fromEnvironment(
      Object.fromEntries(schemaFields.map(({ field }) => [field.replace('.', '__').toUpperCase(), value(field)])),
    ) as unknown as Record<string, Record<string, unknown>>
    for (const { field, section, name } of schemaFields) expect(String(config[section]?.[name])).toBe(value(field))
  })

  it('knows a section and a field of the file in any case', () => {
    expect(fromFile({ worker: { batchsize: 10 }, QUEUE: { REGION: 'eu-west-1' } })).toEqual({
      ...defaults,
      Worker: { ...defaults.Worker, BatchSize: 10 },
      Queue: { Region: 'eu-west-1' },
    })
  })

  it('reads numbers given as text, and texts without the end of their line', () => {
    const file = { Worker: { BatchSize: '25', MaxRetries: ' 4 ' }, Stripe: { ApiKey: 'sk_live_1\r\n' } }
    expect(fromEnvironment({ Stripe__RequestsPerSecond: '0.5\n' }, file)).toEqual({
      ...defaults,
      Stripe: { ApiKey: 'sk_live_1', RequestsPerSecond: 0.5 },
      Worker: { ...defaults.Worker, BatchSize: 25, MaxRetries: 4 },
    })
  })

  const unset: Record<string, unknown> = { empty: '', blank: ' \t', null: null }
  it.each(Object.entries(unset))('takes a value that is %s for none', (_, value) => {
    const file = Object.fromEntries(
      Object.keys(settingsSchema.shape).map((section) => [
        section,
        Object.fromEntries(schemaFields.filter((one) => one.section === section).map(({ name }) => [name, value])),
      ]),
    )
    expect(fromFile(file)).toEqual(defaults)
  })

  it.each(['', '  '])('keeps the value of the file when the variable is %j', (value) => {
    expect(fromEnvironment({ Stripe__ApiKey: value }, { Stripe: { ApiKey: 'sk_live_1' } }).Stripe).toEqual({
      ApiKey: 'sk_live_1',
    })
  })

  it('passes over variables that only begin like its own', () => {
    const environment = { WORKER: '1', Worker_BatchSize: '1', WorkerBatchSize: '1', ConnectionStrings__Other: 'x' }
    expect(fromEnvironment({ ...environment, __BatchSize: '1', Logging__Level: 'x' })).toEqual(defaults)
  })
})

describe('an unknown setting', () => {
  const worker =
    'Worker has MaxRetries, RetryDelaySeconds, BatchSize, TimeoutMinutes, Concurrency, LeaseSeconds, Announce'

  it('is a warning that names it, because the file may be shared with another application', () => {
    const file = { Worker: { PollingInterval: 5, BatchSize: 10 }, Log: { Sinks: { File: 'sk_live_canary5Fh2' } } }
    expect(fromFile(file)).toEqual({
      ...defaults,
      Worker: { ...defaults.Worker, BatchSize: 10 },
      warnings: [
        `Worker.PollingInterval is not a setting of this worker; ${worker} (from appsettings.json)`,
        'Log.Sinks is not a setting of this worker; Log has Level (from appsettings.json)',
      ],
    })
  })

  it('is a warning as a variable too', () => {
    expect(fromEnvironment({ Log__Level__Default: 'info', Worker__Threads: '5' })).toEqual({
      ...defaults,
      warnings: [
        'Log.Level.Default is not a setting of this worker; Log has Level (from the environment variable Log__Level__Default)',
        `Worker.Threads is not a setting of this worker; ${worker} (from the environment variable Worker__Threads)`,
      ],
    })
  })

  const misspelt: Record<string, string> = {
    MaxRetry: 'MaxRetries',
    batchsice: 'BatchSize',
    BatchSizes: 'BatchSize',
    TimeOutMinuts: 'TimeoutMinutes',
    Concurency: 'Concurrency',
    LeaseSecond: 'LeaseSeconds',
    Anounce: 'Announce',
  }
  it.each(Object.entries(misspelt))('is an error as %s, which is near %s', (name, meant) => {
    const sentence = `Worker.${name} is not a setting of this worker; did you mean Worker.${meant}? (from appsettings.json)`
    expect(problemsOf(() => fromFile({ Worker: { [name]: 1 } }))).toEqual([sentence])
  })

  it.each(['Key', 'Name', 'Host', 'Timeout', 'Polling'])('is not near any as %s', (name) => {
    expect(fromFile({ Queue: { [name]: 1 } }).warnings).toHaveLength(1)
  })
})

describe('a wrong setting is a sentence with the field, the expectation, what was found and where', () => {
  const variable = (name: string) => `(from the environment variable ${name})`
  const file = '(from appsettings.json)'
  const whole = (field: string, from: number, to: number) =>
    `${field} must be a whole number from ${from} to ${to}, found`
  const cases: Record<string, readonly [environment: Record<string, string>, file: unknown, sentence: string]> = {
    'MaxRetries below': [{}, { Worker: { MaxRetries: -1 } }, `${whole('Worker.MaxRetries', 0, 100)} -1 ${file}`],
    'MaxRetries above': [
      { Worker__MaxRetries: '101' },
      {},
      `${whole('Worker.MaxRetries', 0, 100)} "101" ${variable('Worker__MaxRetries')}`,
    ],
    RetryDelaySeconds: [
      { WORKER__RETRYDELAYSECONDS: '30s' },
      {},
      `${whole('Worker.RetryDelaySeconds', 0, 900)} "30s" ${variable('WORKER__RETRYDELAYSECONDS')}`,
    ],
    'BatchSize 0': [{}, { Worker: { BatchSize: 0 } }, `${whole('Worker.BatchSize', 1, 100)} 0 ${file}`],
    'BatchSize 1.5': [{}, { Worker: { BatchSize: 1.5 } }, `${whole('Worker.BatchSize', 1, 100)} 1.5 ${file}`],
    'BatchSize "1.5"': [{}, { Worker: { BatchSize: '1.5' } }, `${whole('Worker.BatchSize', 1, 100)} "1.5" ${file}`],
    'BatchSize true': [{}, { Worker: { BatchSize: true } }, `${whole('Worker.BatchSize', 1, 100)} true ${file}`],
    'BatchSize a list': [{}, { Worker: { BatchSize: [50] } }, `${whole('Worker.BatchSize', 1, 100)} [50] ${file}`],
    'BatchSize hexadecimal': [
      { Worker__BatchSize: '0x10' },
      {},
      `${whole('Worker.BatchSize', 1, 100)} "0x10" ${variable('Worker__BatchSize')}`,
    ],
    TimeoutMinutes: [
      {},
      { Worker: { TimeoutMinutes: 'never' } },
      `${whole('Worker.TimeoutMinutes', 0, 100_000)} "never" ${file}`,
    ],
    Concurrency: [{}, { Worker: { Concurrency: 11 } }, `${whole('Worker.Concurrency', 1, 10)} 11 ${file}`],
    LeaseSeconds: [{}, { Worker: { LeaseSeconds: 1 } }, `${whole('Worker.LeaseSeconds', 2, 600)} 1 ${file}`],
    Announce: [{}, { Worker: { Announce: 'off' } }, `Worker.Announce must be true or false, found "off" ${file}`],
    RequestsPerSecond: [
      {},
      { Stripe: { RequestsPerSecond: 0 } },
      `Stripe.RequestsPerSecond must be a number from 0.1 to 10000, found 0 ${file}`,
    ],
    EndpointRequestsPerSecond: [
      { Stripe__EndpointRequestsPerSecond: 'many' },
      {},
      `Stripe.EndpointRequestsPerSecond must be a number from 0.1 to 10000, found "many" ${variable('Stripe__EndpointRequestsPerSecond')}`,
    ],
    'ApiBase with a path': [
      {},
      { Stripe: { ApiBase: 'https://stripe.test/v1' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "https://stripe.test/v1" ${file}`,
    ],
    'ApiBase in plain text': [
      {},
      { Stripe: { ApiBase: 'http://stripe.test' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "http://stripe.test" ${file}`,
    ],
    'ApiBase with a password': [
      {},
      { Stripe: { ApiBase: 'https://me:canary5Fh2@stripe.test' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "https://me:[secret]@stripe.test" ${file}`,
    ],
    'a key for ApiBase': [
      { Stripe__ApiBase: 'sk_live_canary5Fh2' },
      {},
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "[secret]" ${variable('Stripe__ApiBase')}`,
    ],
    ConnectClientId: [{}, { Stripe: { ConnectClientId: 5 } }, `Stripe.ConnectClientId must be text, found 5 ${file}`],
    PublishableKey: [
      {},
      { Stripe: { PublishableKey: ['pk'] } },
      `Stripe.PublishableKey must be text, found ["pk"] ${file}`,
    ],
    'Queue.Url': [
      { Queue__Url: 'billing-sync' },
      {},
      `Queue.Url must be an http:// or https:// address without a user, found "billing-sync" ${variable('Queue__Url')}`,
    ],
    'Queue.DeadLetterUrl': [
      {},
      { Queue: { DeadLetterUrl: 5 } },
      `Queue.DeadLetterUrl must be an http:// or https:// address without a user, found 5 ${file}`,
    ],
    'Queue.DeadLetterUrl with a password': [
      { Queue__DeadLetterUrl: 'https://me:canary5Fh2@queue.test/1/dead' },
      {},
      `Queue.DeadLetterUrl must be an http:// or https:// address without a user, found "https://me:[secret]@queue.test/1/dead" ${variable('Queue__DeadLetterUrl')}`,
    ],
    'Queue.Endpoint': [
      {},
      { Queue: { Endpoint: 'arn:aws:sqs' } },
      `Queue.Endpoint must be an http:// or https:// address without a user, found "arn:aws:sqs" ${file}`,
    ],
    'Queue.Region': [{}, { Queue: { Region: {} } }, `Queue.Region must be text, found {} ${file}`],
    'Secrets.Prefix': [{}, { Secrets: { Prefix: 7 } }, `Secrets.Prefix must be text, found 7 ${file}`],
    'Secrets.Endpoint': [
      { Secrets__Endpoint: 'localhost:4566' },
      {},
      `Secrets.Endpoint must be an http:// or https:// address without a user, found "localhost:4566" ${variable('Secrets__Endpoint')}`,
    ],
    'Log.Level': [
      { Log__Level: 'Information' },
      {},
      `Log.Level must be one of "debug", "info", "warn", "error", found "Information" ${variable('Log__Level')}`,
    ],
    'a section that is text': [
      {},
      { Worker: 'fast' },
      `Worker must be an object, found a string that is not shown ${file}`,
    ],
    'a section that is a list': [{}, { Queue: [] }, `Queue must be an object, found a list ${file}`],
    'a section that is null': [{}, { Stripe: null }, `Stripe must be an object, found null ${file}`],
    'a file that is a list': [{}, [], 'appsettings.json must hold an object'],
    'a file that is null': [{}, null, 'appsettings.json must hold an object'],
    'a misspelt field': [
      {},
      { Worker: { MaxRetry: 5 } },
      `Worker.MaxRetry is not a setting of this worker; did you mean Worker.MaxRetries? ${file}`,
    ],
    'a misspelt variable': [
      { Log__Levels: 'info' },
      {},
      `Log.Levels is not a setting of this worker; did you mean Log.Level? ${variable('Log__Levels')}`,
    ],
    'the connection string': [
      {},
      { ConnectionStrings: { DefaultConnection: 'Host=db;Username=worker' } },
      `ConnectionStrings.DefaultConnection names no Database ${file}`,
    ],
    'a connection string that is none': [
      { connectionstrings__defaultconnection: 'canary' },
      {},
      `ConnectionStrings.DefaultConnection is neither "Host=…;Database=…;Username=…;Password=…" nor a postgres:// URL ${variable('connectionstrings__defaultconnection')}`,
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [environment, content, sentence]) => {
    expect(problemsOf(() => readConfig({ environment, file: content }))).toEqual([sentence])
  })

  it('and every wrong setting has its own', () => {
    const wrong = { Worker: { BatchSize: 0, MaxRetry: 1 }, Log: { Level: 'all' }, Queue: 7 }
    expect(
      problemsOf(() => fromFile(wrong))
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual(['Log.Level', 'Queue', 'Worker.BatchSize', 'Worker.MaxRetry'])
  })
})

describe('a secret', () => {
  const canary = 'canary-5Fh2'
  const secrets = schemaFields.filter(({ secret }) => secret)

  it('is each field that opens a door', () => {
    expect(secrets.map(({ field }) => field)).toEqual([
      'ConnectionStrings.DefaultConnection',
      'Stripe.ApiKey',
      'Stripe.ConnectClientSecret',
      'Stripe.WebhookSecret',
    ])
  })

  const forms: readonly unknown[] = [[canary], { key: canary }, [[canary]], 55_502]
  it.each(secrets)('is never in a message: $field of another type', ({ field, section, name }) => {
    for (const value of forms) {
      const [problem, ...more] = problemsOf(() => fromFile({ [section]: { [name]: value } }))
      expect(more).toEqual([])
      expect(problem).toMatch(
        new RegExp(`^${field} must be text, found (a list|an object|a number that is not shown) \\(`),
      )
    }
  })

  it('is in no message about other fields', () => {
    const environment = Object.fromEntries(secrets.map(({ field }) => [field.replace('.', '__'), canary]))
    const problems = problemsOf(() => fromEnvironment({ ...environment, Worker__BatchSize: '0' }))
    expect(problems).toHaveLength(2)
    expect(problems.join()).not.toContain(canary)
  })
})

describe('loadConfig', () => {
  function inFolder(content?: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'billing-sync-config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    if (content !== undefined) writeFileSync(join(folder, 'appsettings.json'), content)
    return join(folder, 'appsettings.json')
  }

  it('reads a file, with a byte order mark as Windows writes it', () => {
    expect(loadConfig(inFolder('\uFEFF{"Worker":{"BatchSize":10}}')).Worker.BatchSize).toBe(10)
  })

  it('needs no file', () => {
    expect(loadConfig(inFolder()).Worker).toEqual(defaults.Worker)
  })

  it('reads the environment of the process', () => {
    process.env.Worker__LeaseSeconds = '33'
    onTestFinished(() => {
      delete process.env.Worker__LeaseSeconds
    })
    expect(loadConfig(inFolder()).Worker.LeaseSeconds).toBe(33)
  })

  it.each(['{"Stripe":{"ApiKey":"sk_live_canary5Fh2"', '{"Worker":{},}', '// mine\n{}', ''])(
    'says that a file is not JSON, and nothing of what is in it: %j',
    (content) => {
      const path = inFolder(content)
      expect(problemsOf(() => loadConfig(path))).toEqual([
        `${path}: is not JSON (comments and trailing commas are not read)`,
      ])
    },
  )

  it('does not take a file that cannot be read for one that is not there', () => {
    const path = join(inFolder(), '..')
    expect(problemsOf(() => loadConfig(path))).toEqual([`${path}: cannot be read`])
  })
})

describe('appsettings.example.json', () => {
  const example = JSON.parse(readFileSync('appsettings.example.json', 'utf8')) as Record<
    string,
    Record<string, unknown>
  >

  it('has exactly the fields of the schema, in its order', () => {
    const fields = Object.entries(example).flatMap(([section, content]) =>
      Object.keys(content).map((name) => `${section}.${name}`),
    )
    expect(fields).toEqual(schemaFields.map(({ field }) => field))
  })

  it('parses, and changes nothing but what must be filled in', () => {
    const { Worker, Log, database } = fromFile(example)
    expect({ Worker, Log }).toEqual({ Worker: defaults.Worker, Log: defaults.Log })
    expect(database).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'billing',
      user: 'billing',
      password: 'replace_me',
      sslMode: 'prefer',
    })
  })

  it('holds no secret', () => {
    for (const { section, name, secret } of schemaFields)
      if (secret) expect(example[section]?.[name]).toContain('replace_me')
  })
})

it('every setting has a description, a sentence', () => {
  for (const { field, description } of schemaFields) expect(`${field}: ${description}`).toMatch(/: [A-Z].{15,}\.$/)
})
