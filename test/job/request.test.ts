import { describe, expect, it } from 'vitest'
import { type ParsedRequest, parseRequest } from '../../src/job/request.ts'
import { createRandom } from '../support/random.ts'
import { fastest } from '../support/timing.ts'

const jobId = '7d1f6f0e-8d3b-4f0e-9f43-6d3f6b1f0a01'
const tenantId = '0b7c1f52-1f7a-4a53-8f0e-2d5a9f3c7e02'
const token = 'tok-canary-5Fh2'
const named = { jobId, tenantId, providerName: 'stripe' }
const defaults = { syncType: 'full', forceRefresh: false }

const text = (value: unknown) => JSON.stringify(value)
const withData = (additionalData: unknown) => text({ ...named, accessToken: token, additionalData })
/** What a message is found to be, in words. */
const read = (body: string) => said(parseRequest(body))
const said = (parsed: ParsedRequest) =>
  parsed.kind === 'request' ? parsed : { kind: parsed.kind, code: parsed.error.code, message: parsed.error.message }

describe('a message that can be read', () => {
  const full = {
    ...named,
    accessToken: token,
    additionalData: { syncType: 'incremental', batchSize: 50, forceRefresh: true, resources: ['customers'] },
  }
  const spellings: Record<string, unknown> = {
    camelCase: full,
    PascalCase: {
      JobId: jobId,
      TenantId: tenantId,
      ProviderName: 'stripe',
      AccessToken: token,
      AdditionalData: { SyncType: 'incremental', BatchSize: 50, ForceRefresh: true, Resources: ['customers'] },
    },
    snake_case: {
      job_id: jobId,
      tenant_id: tenantId,
      provider_name: 'stripe',
      access_token: token,
      additional_data: { sync_type: 'incremental', batch_size: 50, force_refresh: true, resources: ['customers'] },
    },
    'all of them mixed': {
      JobId: jobId,
      tenant_id: tenantId,
      providerName: 'stripe',
      access_token: token,
      AdditionalData: { sync_type: 'incremental', batchSize: 50, ForceRefresh: true, resources: ['customers'] },
    },
  }
  it.each(Object.entries(spellings))('means the same in %s', (_, message) => {
    expect(parseRequest(text(message))).toEqual({ kind: 'request', request: full })
  })

  it('may hold null for everything that is optional, as .NET serialises it', () => {
    const nulls = { SyncType: null, BatchSize: null, ForceRefresh: null, Resources: null }
    const message = { JobId: jobId, TenantId: tenantId, ProviderName: 'stripe', AccessToken: null }
    expect(parseRequest(text({ ...message, AdditionalData: nulls }))).toEqual({
      kind: 'request',
      request: { ...named, additionalData: { ...defaults, batchSize: null, resources: null } },
    })
  })

  const absences: Record<string, object> = {
    absent: {},
    null: { additionalData: null },
    empty: { additionalData: {} },
  }
  it.each(Object.entries(absences))('has the defaults where additionalData is %s', (_, part) => {
    expect(parseRequest(text({ ...named, ...part }))).toEqual({
      kind: 'request',
      request: { ...named, additionalData: defaults },
    })
  })

  it('is read without its whitespace and capitals where they mean nothing', () => {
    const message = {
      jobId: jobId.toUpperCase(),
      tenantId: tenantId.toUpperCase(),
      providerName: ' Stripe ',
      accessToken: ` ${token}\n`,
      additionalData: { syncType: 'FULL' },
    }
    expect(parseRequest(` ${text(message)}\r\n`)).toEqual({
      kind: 'request',
      request: { ...named, accessToken: token, additionalData: defaults },
    })
  })

  it('brings no token when the token is blank', () => {
    expect(parseRequest(text({ ...named, accessToken: ' ' }))).toEqual({
      kind: 'request',
      request: { ...named, accessToken: undefined, additionalData: defaults },
    })
  })

  it.each([
    ['the empty one', '00000000-0000-0000-0000-000000000000'],
    ['a sequential one, whose version and variant are of no RFC', 'e3a1f9b2-c4d5-0ef6-13a2-08dc7f2b9c11'],
    ['a version 7', '0198c0de-7a3b-7c11-9d2e-5f6a7b8c9d0e'],
  ])('may name its tenant by any Guid of .NET: %s', (_, guid) => {
    expect(parseRequest(text({ ...named, tenantId: guid }))).toMatchObject({ request: { tenantId: guid } })
  })
})

type Case = readonly [body: string, sentence: string]
const knownKeys = 'known are jobId, tenantId, providerName, accessToken, additionalData'
const knownData = 'known are syncType, batchSize, forceRefresh, resources'
const nest = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const manyKeys = (n: number) => text(Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 1])))

describe('a message with no job to blame', () => {
  const cases: Record<string, Case> = {
    'empty body': ['', 'the body is not JSON'],
    'not JSON': [`{"jobId": "${jobId}", accessToken: ${token}}`, 'the body is not JSON'],
    'cut short': [text({ ...named, accessToken: token }).slice(0, -3), 'the body is not JSON'],
    'byte order mark': [`\uFEFF${text(named)}`, 'the body is not JSON, it starts with a byte order mark'],
    null: ['null', 'the body must be an object, found null'],
    'empty list': ['[]', 'the body must be an object, found an empty list'],
    list: [text([named]), 'the body must be an object, found a list'],
    number: ['42', 'the body must be an object, found 42'],
    true: ['true', 'the body must be an object, found true'],
    text: ['"sync"', 'the body must be an object, found "sync"'],
    'JSON in JSON': [
      text(text({ ...named, accessToken: token })),
      'the body must be an object, found text of 154 characters',
    ],
    '257 KiB': [
      text({ ...named, accessToken: 'x'.repeat(257 * 1024) }),
      'the body has 263307 bytes, at most 262144 are read',
    ],
    'bytes, not characters': [`"${'€'.repeat(90_000)}"`, 'the body has 270002 bytes, at most 262144 are read'],
    '65 deep': [`{"jobId":${nest(64)}}`, 'the body is nested more than 64 deep'],
    '100,000 deep': [nest(100_000), 'the body is nested more than 64 deep'],
    '100,000 deep and never closed': ['{"a":'.repeat(50_000), 'the body is nested more than 64 deep'],
    '10,001 keys': [manyKeys(10_001), 'the body has more than 10000 keys'],
    'tens of thousands of keys': [`{${'"":1,'.repeat(50_000)}"":1}`, 'the body has more than 10000 keys'],
    '90,000 keys': [manyKeys(90_000), 'the body has 978891 bytes, at most 262144 are read'],
    '10,002 values': [`{"resources":[${'1,'.repeat(10_001)}1]}`, 'the body has more than 10000 values'],
    'no jobId': [text({ ...named, jobId: undefined }), 'jobId must be a UUID, found nothing'],
    'jobId null': [text({ ...named, jobId: null }), 'jobId must be a UUID, found null'],
    'jobId of another form': [text({ ...named, jobId: 'job-1' }), 'jobId must be a UUID, found "job-1"'],
    'jobId in braces': [text({ ...named, jobId: `{${jobId}}` }), `jobId must be a UUID, found "{${jobId}}"`],
    'jobId a number': [text({ ...named, jobId: 7 }), 'jobId must be a UUID, found 7'],
    'tenantId true': [text({ ...named, tenantId: true }), 'tenantId must be a UUID, found true'],
    'tenantId a list': [text({ ...named, tenantId: [tenantId] }), 'tenantId must be a UUID, found a list'],
    'no providerName': [
      text({ ...named, providerName: undefined }),
      'providerName must be the name of a provider, found nothing',
    ],
    'providerName empty': [
      text({ ...named, providerName: '' }),
      'providerName must be the name of a provider, found ""',
    ],
    'providerName blank': [
      text({ ...named, providerName: '  ' }),
      'providerName must be the name of a provider, found ""',
    ],
    'providerName an object': [
      text({ ...named, providerName: {} }),
      'providerName must be the name of a provider, found an object',
    ],
    'providerName long': [
      text({ ...named, providerName: 'x'.repeat(101) }),
      'providerName must be the name of a provider, found text of 101 characters',
    ],
    'a key for an id': [text({ ...named, jobId: 'sk_live_canary5Fh2' }), 'jobId must be a UUID, found "[secret]"'],
    'a long token for an id': [
      text({ ...named, jobId: token.repeat(3) }),
      'jobId must be a UUID, found text of 45 characters',
    ],
    'everything at once': [
      text({ jobId: 1, tenantId: 'x', providerName: null, accessToken: 5, additionalData: [] }),
      'jobId must be a UUID, found 1; tenantId must be a UUID, found "x"; providerName must be the name of a provider, found null; accessToken must be text, found a number; additionalData must be an object, found an empty list',
    ],
    'empty object': [
      '{}',
      'jobId must be a UUID, found nothing; tenantId must be a UUID, found nothing; providerName must be the name of a provider, found nothing',
    ],
    'jobId twice': [`{"jobId":"${tenantId}",${text(named).slice(1)}`, 'the key "jobId" is given twice'],
    'jobId in two spellings': [text({ JobId: tenantId, ...named }), 'jobId is given twice, in two spellings'],
    'tenantId twice behind an escape': [
      `{"tenant\\u0049d":"${jobId}",${text(named).slice(1)}`,
      'the key "tenantId" is given twice',
    ],
  }
  it.each(Object.entries(cases))('says why: %s', (_, [body, sentence]) => {
    expect(read(body)).toEqual({ kind: 'unreadable', code: 'unreadable_message', message: `message: ${sentence}` })
  })
})

describe('a message whose job can be named but not done', () => {
  const batch = 'additionalData.batchSize must be a whole number from 1 to 100, found'
  const type = 'additionalData.syncType must be "full" or "incremental", found'
  const cases: Record<string, Case> = {
    'unknown key': [text({ ...named, priority: 1 }), `the key "priority" is not known; ${knownKeys}`],
    'misspelt token': [text({ ...named, accesToken: token }), `the key "accesToken" is not known; ${knownKeys}`],
    'underscore before a key': [
      text({ ...named, _accessToken: token }),
      `the key "_accessToken" is not known; ${knownKeys}`,
    ],
    'the key __proto__': [
      `{"__proto__":{"accessToken":"${token}"},${text(named).slice(1)}`,
      `the key "__proto__" is not known; ${knownKeys}`,
    ],
    'the key constructor': [
      `{"constructor":{"prototype":{}},${text(named).slice(1)}`,
      `the key "constructor" is not known; ${knownKeys}`,
    ],
    'a key for a key': [text({ ...named, rk_test_canary5Fh2: 1 }), `the key "[secret]" is not known; ${knownKeys}`],
    'a long key': [text({ ...named, [token.repeat(3)]: 1 }), `the key of 45 characters is not known; ${knownKeys}`],
    'token a number': [text({ ...named, accessToken: 5_550_123 }), 'accessToken must be text, found a number'],
    'token true': [text({ ...named, accessToken: true }), 'accessToken must be text, found a boolean'],
    'token an object': [text({ ...named, accessToken: { value: token } }), 'accessToken must be text, found an object'],
    'token a list': [text({ ...named, accessToken: [token] }), 'accessToken must be text, found a list'],
    'token long': [
      text({ ...named, accessToken: token.repeat(1_000) }),
      'accessToken must be text of at most 10000 characters, found a string',
    ],
    'additionalData text': [withData('full'), 'additionalData must be an object, found "full"'],
    'additionalData a number': [withData(5), 'additionalData must be an object, found 5'],
    'additionalData a list': [withData([{}]), 'additionalData must be an object, found a list'],
    'unknown option': [withData({ dryRun: true }), `additionalData: the key "dryRun" is not known; ${knownData}`],
    '__proto__ option': [
      `{"additionalData":{"__proto__":{"batchSize":5}},${text(named).slice(1)}`,
      `additionalData: the key "__proto__" is not known; ${knownData}`,
    ],
    'option in two spellings': [
      withData({ batchSize: 5, batch_size: 6 }),
      'additionalData: batchSize is given twice, in two spellings',
    ],
    'option twice': [
      `{"additionalData":{"batch_size":5,"batch_size":6},${text(named).slice(1)}`,
      'the key "batch_size" is given twice',
    ],
    'token twice': [
      `{"accessToken":"a","accessToken":"${token}",${text(named).slice(1)}`,
      'the key "accessToken" is given twice',
    ],
    'token in two spellings': [
      text({ ...named, accessToken: token, AccessToken: token }),
      'accessToken is given twice, in two spellings',
    ],
    'a name that every object has, twice': [
      `{"constructor":1,"constructor":2,${text(named).slice(1)}`,
      'the key "constructor" is given twice; the key "constructor" is not known; known are jobId, tenantId, providerName, accessToken, additionalData',
    ],
    'batch_size 0': [withData({ batch_size: 0 }), `${batch} 0`],
    'batch_size 101': [withData({ batch_size: 101 }), `${batch} 101`],
    'batch_size 1.5': [withData({ batch_size: 1.5 }), `${batch} 1.5`],
    'batch_size "50"': [withData({ batch_size: '50' }), `${batch} "50"`],
    'batch_size true': [withData({ batch_size: true }), `${batch} true`],
    'batch_size huge': [`{"additionalData":{"batch_size":1e999},${text(named).slice(1)}`, `${batch} Infinity`],
    'sync_type of no kind': [withData({ sync_type: 'nightly' }), `${type} "nightly"`],
    'sync_type a number': [withData({ sync_type: 1 }), `${type} 1`],
    'sync_type empty': [withData({ sync_type: '' }), `${type} ""`],
    'force_refresh text': [
      withData({ force_refresh: 'yes' }),
      'additionalData.forceRefresh must be true or false, found "yes"',
    ],
    'force_refresh 1': [withData({ force_refresh: 1 }), 'additionalData.forceRefresh must be true or false, found 1'],
    'resources empty': [
      withData({ resources: [] }),
      'additionalData.resources must be a list of at least one name of a resource, found an empty list',
    ],
    'resources text': [
      withData({ resources: 'customers' }),
      'additionalData.resources must be a list of names of resources, found "customers"',
    ],
    'resources of other things': [
      withData({ resources: ['customers', 5, null] }),
      'additionalData.resources.1 must be the name of a resource, found 5; additionalData.resources.2 must be the name of a resource, found null',
    ],
  }
  it.each(Object.entries(cases))('fails the job with a sentence: %s', (_, [body, sentence]) => {
    const parsed = parseRequest(body)
    expect(said(parsed)).toEqual({ kind: 'invalid', code: 'invalid_request', message: `request: ${sentence}` })
    expect(parsed).toMatchObject({ request: { ...named, additionalData: defaults } })
    expect(parsed.kind === 'invalid' && parsed.request.accessToken).toBe(undefined)
  })

  it('lists ten problems at most', () => {
    const wrong = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]))
    const { message } = read(text({ ...named, ...wrong })) as { message: string }
    expect(message.split('; known are')).toHaveLength(11)
  })
})

describe('any bytes at all', () => {
  it('never throw, never take long and never bring the token into a message: 5,000 mutations', () => {
    const { below, pick, chance } = createRandom(2)
    const seed = text({
      ...named,
      accessToken: token,
      additionalData: { sync_type: 'full', batch_size: 50, force_refresh: false, resources: ['customers'] },
    })
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\\u0000',
      '\uD800',
      '\uFEFF',
      'null',
      '1e999',
      '-0',
      '__proto__',
      ' ',
    ]
    const edits: readonly ((body: string, at: number) => string)[] = [
      (body, at) => body.slice(0, at) + pick(pieces) + body.slice(at),
      (body, at) => body.slice(0, at) + body.slice(at + 1 + below(8)),
      (body, at) => body.slice(0, at) + body.slice(at, at + below(60)) + body.slice(at),
      (body, at) => body.slice(0, at) + pick(pieces).repeat(below(2_000)) + body.slice(at),
      (body, at) => body.slice(0, at) + String.fromCharCode(below(65_536)) + body.slice(at + 1),
      (body) =>
        body.replace(pick(['true', 'false', '50', '"full"', `"${jobId}"`]), pick(['null', '{}', '[]', '7', '""'])),
    ]
    const kinds = new Set<string>()
    for (let round = 0; round < 5_000; round++) {
      let body = seed
      do body = pick(edits)(body, below(body.length + 1))
      while (chance(0.5))
      const start = performance.now()
      const parsed = parseRequest(body)
      if (performance.now() - start >= 50) expect(fastest(() => parseRequest(body))).toBeLessThan(50)
      kinds.add(parsed.kind)
      if (parsed.kind !== 'request') expect(parsed.error.message).not.toContain('canary')
    }
    expect([...kinds].sort()).toEqual(['invalid', 'request', 'unreadable'])
  })

  it.each([
    ['1 MiB of text', `"${'x'.repeat(1_048_574)}"`],
    ['a long run of backslashes', `"${'\\'.repeat(262_000)}"`],
    ['a long run of quotes', '"'.repeat(262_144)],
    ['a long run of spaces', ' '.repeat(262_144)],
    ['quotes and spaces', `{${`""${' '.repeat(1_000)}`.repeat(260)}`],
    ['10,000 unknown keys', manyKeys(10_000)],
    ['a list of 100,000 numbers', `{"additionalData":{"resources":[${'1,'.repeat(100_000)}1]},${text(named).slice(1)}`],
    [
      'a list of as many resources',
      `{"additionalData":{"resources":[${'"",'.repeat(80_000)}1]},${text(named).slice(1)}`,
    ],
    ['nothing but opening brackets', '['.repeat(262_144)],
  ])('take less than 50 ms where they are chosen to take long: %s', (_, body) => {
    expect(fastest(() => parseRequest(body))).toBeLessThan(50)
  })
})
