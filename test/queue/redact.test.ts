import { describe, expect, it } from 'vitest'
import { isRedacted, redactBody } from '../../src/queue/redact.ts'
import { growth, linear } from '../support/timing.ts'

const canary = 'canary-5Fh2'
const id = '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10'
const quote = (value: unknown) => JSON.stringify(value)

describe('the copy of a message in the dead-letter queue', () => {
  const copies: Record<string, readonly [body: string, copy: string]> = {
    'keeps what is no secret': [
      '{"jobId":"x","tenantId":null,"n":[1,true]}',
      '{"jobId":"x","tenantId":null,"n":[1,true]}',
    ],
    'has no token, however its key is spelt': [
      quote({ accessToken: canary, AccessToken: canary, access_token: canary, x: { RefreshToken: canary } }),
      quote({
        accessToken: '[redacted]',
        AccessToken: '[redacted]',
        access_token: '[redacted]',
        x: { RefreshToken: '[redacted]' },
      }),
    ],
    'has no other secret by its name': [
      quote({
        apiKey: canary,
        client_secret: canary,
        Password: canary,
        pwd: canary,
        Authorization: canary,
        key: canary,
      }),
      quote({
        apiKey: '[redacted]',
        client_secret: '[redacted]',
        Password: '[redacted]',
        pwd: '[redacted]',
        Authorization: '[redacted]',
        key: '[redacted]',
      }),
    ],
    'has nothing of a secret that is an object, a list or a number': [
      quote({ token: { value: canary }, tokens: [canary], secret: 5 }),
      quote({ token: '[redacted]', tokens: '[redacted]', secret: '[redacted]' }),
    ],
    'keeps what only names a key or an account, so that the job can be sent again': [
      quote({ accessToken: 'ssm:/billing-sync/one#apiKey', account: 'acct_1ABCdef23' }),
      quote({ accessToken: 'ssm:/billing-sync/one#apiKey', account: 'acct_1ABCdef23' }),
    ],
    'has no token that only begins like a reference': [
      quote({ accessToken: `ssm:/one ${canary}`, account: `acct_1 ${canary}` }),
      quote({ accessToken: '[redacted]', account: '[18 characters that are not shown]' }),
    ],
    'says that a token was null': ['{"accessToken":null}', '{"accessToken":null}'],
    'has no key that is recognised by its shape': [
      quote({ note: 'use sk_live_canary5Fh2' }),
      '{"note":"[22 characters that are not shown]"}',
    ],
    'has none behind an escape': [
      '{"note":"look\\nsk_live_canary5Fh2"}',
      '{"note":"[23 characters that are not shown]"}',
    ],
    'has none that is the name of a key': ['{"sk_live_canary5Fh2":1}', '{"[18 characters that are not shown]":1}'],
    'has no token of a message in a message': [
      quote({ Message: quote({ jobId: 'x', accessToken: canary }) }),
      quote({ Message: quote({ jobId: 'x', accessToken: '[redacted]' }) }),
    ],
    'has no token of JSON that was serialised twice': [
      quote(quote({ accessToken: canary, jobId: 'x' })),
      quote(quote({ accessToken: '[redacted]', jobId: 'x' })),
    ],
    'has no token whose key is escaped': ['{"tok\\u0065n":"canary"}', '{"token":"[redacted]"}'],
    'has no token whose key has other letters or signs': [
      quote({ 'x-api-key': canary, 'API KEY': canary, ｔｏｋｅｎ: canary, sessionId: canary }),
      quote({ 'x-api-key': '[redacted]', 'API KEY': '[redacted]', ｔｏｋｅｎ: '[redacted]', sessionId: '[redacted]' }),
    ],
    'keeps numbers in texts as they are': [
      '{"id":"1.0","big":"12345678901234567890"}',
      '{"id":"1.0","big":"12345678901234567890"}',
    ],
    'keeps plain words, ids of jobs and dates': [
      quote({
        jobId: id,
        from: '2026-11-28T10:00:00.000Z',
        note: 'zweiter Versuch, bitte',
        resources: ['credit_notes'],
      }),
      quote({
        jobId: id,
        from: '2026-11-28T10:00:00.000Z',
        note: 'zweiter Versuch, bitte',
        resources: ['credit_notes'],
      }),
    ],
    'has no token whose name is a value': [
      quote([{ name: 'token', value: 'hunter' }, ['password', 'hunter'], { name: 'page', value: 'five' }]),
      quote(['[redacted]', '[redacted]', { name: 'page', value: 'five' }]),
    ],
    'has nothing of a text by itself': [quote('hunter'), '"[6 characters that are not shown]"'],
    'has no text that speaks of a secret': [
      quote({ note: `the password is ${canary}` }),
      '{"note":"[27 characters that are not shown]"}',
    ],
    'has no text that looks random, under any name': [
      quote({ note: 'Zk3vQ8rT1mXw5LpB', other: 'c2VjcmV0IG9mIHRoZSB0ZW5hbnQ' }),
      '{"note":"[16 characters that are not shown]","other":"[27 characters that are not shown]"}',
    ],
    'has nothing of XML in JSON': [
      quote({ Message: `<accessToken>${canary}</accessToken>` }),
      '{"Message":"[38 characters that are not shown; they name accessToken]"}',
    ],
    'has nothing of JSON that is cut short, but which fields it names': [
      `{"jobId":"x","accessToken":"${canary}","n`,
      '[43 characters that are not shown; they name jobId, accessToken]',
    ],
    'names the job and the tenant of a text that it does not show': [
      `{job_id: ${id}, 'tenantId' : "${id}", token: ${canary}`,
      `[118 characters that are not shown; they name jobId, tenantId; job_id ${id}; tenantId ${id}]`,
    ],
    'has nothing of a token that is cut': [
      `{"accessToken":"${canary}`,
      '[27 characters that are not shown; they name accessToken]',
    ],
    'has nothing of JSON with an escaped key that is cut': [
      `{"tok\\u0065n":"${canary}`,
      '[26 characters that are not shown]',
    ],
    'has nothing of a form': [
      `jobId=x&access_token=${canary}`,
      '[32 characters that are not shown; they name jobId, accessToken]',
    ],
    'has nothing of XML': [`<t><token>${canary}</token></t>`, '[33 characters that are not shown]'],
    'has nothing of a header': [`Authorization: Bearer ${canary}\n`, '[34 characters that are not shown]'],
    'has nothing of a bare word': [canary, '[11 characters that are not shown]'],
    'is empty where the body is': ['', ''],
    'has no half character of a text': ['{"a":"\uD800"}', '{"a":"[a character that is not shown]"}'],
    'keeps characters beyond the basic plane': ['{"a":"😀"}', '{"a":"😀"}'],
  }
  it.each(Object.entries(copies))('%s', (_, [body, copy]) => {
    expect(redactBody(body)).toBe(copy)
  })

  it('has 64 KiB of characters at most', () => {
    expect(redactBody(quote(Array.from({ length: 100_000 }, () => 'word')))).toHaveLength(65_536)
  })

  it('does not end in half a character', () => {
    expect(redactBody(`[${Array.from({ length: 20_000 }, () => '"x😀"').join()}]`).endsWith('\uFFFD')).toBe(true)
  })

  it('has no secret of JSON that is nested too deep to be written again', () => {
    const deep = `{"accessToken":"${canary}","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expect(redactBody(deep)).toBe('[40034 characters that are not shown; they name accessToken]')
  })

  it.each([
    'a',
    'token',
    'token"',
    'key:',
    'key="',
    'key\\',
    'eyJ-',
    'sk_',
    '://a:',
    'password=',
    '{"token":',
    '"',
    "key='",
    ' ',
    // Sixteen passwords with a gap in each.
    `password=a${' '.repeat(65_000)}b `,
  ])('takes as long as a body is: a megabyte of %j', (piece) => {
    expect(growth((length) => piece.repeat(length / piece.length), redactBody)).toBeLessThan(linear)
  })

  it.each([
    ['texts', (length: number) => Array.from({ length: length / 11 }, () => 'an "x" ab'.slice(3))],
    ['texts that begin like JSON', (length: number) => Array.from({ length: length / 11 }, () => '{"ab"')],
    ['keys', (length: number) => Object.fromEntries(Array.from({ length: length / 12 }, (_, at) => [`k${at}`, at]))],
    ['passwords', (length: number) => Array.from({ length: 16 }, () => `password=a${' '.repeat(length / 16)}b`)],
  ])('takes as long as a body is: a megabyte of %s', (_, make) => {
    expect(growth((length) => JSON.stringify(make(length)), redactBody)).toBeLessThan(linear)
  })
})

describe('a copy that lacks something', () => {
  it.each([
    { accessToken: canary },
    { note: canary },
    { note: '\uD800' },
    ['word', 'x'.repeat(201)],
    Array.from({ length: 100_000 }, () => 'word'),
  ])('is seen: %#', (body) => {
    expect(isRedacted(redactBody(quote(body)))).toBe(true)
  })

  it.each([
    { jobId: id, accessToken: null },
    { tenantId: id, accessToken: 'acct_1ABC', additionalData: { a: [1, true] } },
  ])('is not one with all of its job: %#', (body) => {
    expect(isRedacted(redactBody(quote(body)))).toBe(false)
  })
})
