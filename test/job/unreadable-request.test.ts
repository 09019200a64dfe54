import { describe, expect, it } from 'vitest'
import { parseRequest } from '../../src/job/request.ts'
import { createRandom } from '../support/random.ts'
import { fastest } from '../support/timing.ts'
import { type Case, jobId, named, read, tenantId, text, token } from './request-messages.ts'

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
    text: ['"sync"', 'the body must be an object, found a text'],
    'JSON in JSON': [text(text({ ...named, accessToken: token })), 'the body must be an object, found a text'],
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
      'jobId must be a UUID, found 1. tenantId must be a UUID, found "x". providerName must be the name of a provider, found null. accessToken must be text, found a number. additionalData must be an object, found an empty list',
    ],
    'empty object': [
      '{}',
      'jobId must be a UUID, found nothing. tenantId must be a UUID, found nothing. providerName must be the name of a provider, found nothing',
    ],
    'jobId twice': [`{"jobId":"${tenantId}",${text(named).slice(1)}`, 'the key "jobId" is given twice'],
    'jobId in two spellings': [text({ JobId: tenantId, ...named }), 'jobId is given twice, in two spellings'],
    'tenantId twice behind an escape': [
      `{"tenant\\u0049d":"${jobId}",${text(named).slice(1)}`,
      'the key "tenantId" is given twice',
    ],
  }
  it.each(Object.entries(cases))('says why: %s', (_, [body, sentence]) => {
    expect(read(body)).toEqual({
      kind: 'unreadable',
      code: 'unreadable_message',
      message: `message: ${sentence}. Correct the sender, and send a new message.`,
    })
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
      if (performance.now() - start >= 500) expect(fastest(() => parseRequest(body))).toBeLessThan(500)
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

it.each([
  ['bytes', `${text(named)}${' '.repeat(256 * 1024 - Buffer.byteLength(text(named)))}`],
  ['nesting', `{"jobId":${nest(63)}}`],
  ['keys', manyKeys(10_000)],
  ['values', `{"jobId":[${'1,'.repeat(10_000)}1]}`],
])('a message at the limit of its %s is read', (_, body) => {
  expect(JSON.stringify(read(body))).not.toContain('the body')
})

it('a text of forty characters is shown, and a longer one is not', () => {
  expect(read(text({ ...named, jobId: 'x'.repeat(40) }))).toMatchObject({ message: expect.stringContaining('"xxxx') })
  expect(read(text({ ...named, jobId: 'x'.repeat(41) }))).toMatchObject({
    message: expect.stringContaining('text of 41 characters'),
  })
})
