import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { settingsSchema } from '../../src/config/schema.ts'
import { defaults, fromEnvironment, fromFile, problemsOf, schemaFields } from './settings.ts'

const connection = 'Host=db;Database=billing;Username=worker;Password=p'

describe('the configuration', () => {
  it('has a default for everything the worker can do without', () => {
    expect(fromEnvironment({})).toEqual(defaults)
    expect(fromFile({})).toEqual(defaults)
  })

  it('reads paths as a list, and from the environment as a text with commas', () => {
    const manifests = { Manifests: ['a.json', 'b.json'], Modules: [] }
    expect(fromFile({ Providers: { Manifests: ['a.json', 'b.json'] } })).toMatchObject({ Providers: manifests })
    expect(fromEnvironment({ Providers__Manifests: ' a.json, b.json,' })).toMatchObject({ Providers: manifests })
    expect(() => fromFile({ Providers: { Modules: 7 } })).toThrow(
      'Providers.Modules must be a list of paths, or paths with commas between, found 7 (from appsettings.json)',
    )
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

  it('takes the region of the environment where it names none', () => {
    const named = { Queue: { Region: 'eu-west-1' } }
    expect(fromEnvironment({ AWS_REGION: 'eu-north-1' }, named)).toEqual({
      ...defaults,
      Queue: { Region: 'eu-west-1' },
      Secrets: { ...defaults.Secrets, Region: 'eu-north-1' },
    })
    expect(fromEnvironment({ AWS_REGION: 'eu-north-1' }).Queue.Region).toBe('eu-north-1')
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
      'Square.AccessTokenTenant': '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
      'Square.Environment': 'sandbox',
      'Square.ApiBase': 'http://127.0.0.1:12112',
      'Shopify.AccessTokenTenant': '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
      'Shopify.ApiBase': 'http://127.0.0.1:12113',
      'PayPal.ClientTenant': '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
      'PayPal.Environment': 'sandbox',
      'PayPal.ApiBase': 'http://127.0.0.1:12114',
      'Queue.Url': 'https://queue.test/1/jobs',
      'Queue.DeadLetterUrl': 'https://queue.test/1/dead',
      'Queue.EventsUrl': 'https://queue.test/1/events',
      'Queue.EventsDeadLetterUrl': 'https://queue.test/1/dead-events',
      'Queue.Endpoint': 'https://queue.test',
      'Secrets.Endpoint': 'http://127.0.0.1:4566',
      'Worker.Announce': 'false',
      'Worker.Listen': '127.0.0.1:9001',
      'Receiver.Listen': '127.0.0.1:9002',
      'Schedules.Tick': 'false',
      'Page.Listen': '127.0.0.1:9000',
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
        Object.fromEntries(schemaFields.filter((field) => field.section === section).map(({ name }) => [name, value])),
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
    'Worker has MaxRetries, RetryDelaySeconds, BatchSize, TimeoutMinutes, OutageMinutes, Concurrency, LeaseSeconds, Announce, Listen'

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

  it('is an error if two letters of a short name are swapped', () => {
    expect(problemsOf(() => fromFile({ Queue: { Ulr: 1 } }))).toEqual([
      'Queue.Ulr is not a setting of this worker; did you mean Queue.Url? (from appsettings.json)',
    ])
  })

  it.each(['Key', 'Name', 'Host', 'Timeout', 'Polling'])('is not near any as %s', (name) => {
    expect(fromFile({ Queue: { [name]: 1 } }).warnings).toHaveLength(1)
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
