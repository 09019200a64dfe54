import { describe, expect, it } from 'vitest'
import { redactBody } from '../../src/queue/redact.ts'
import { fastest } from '../support/timing.ts'

const canary = 'canary-5Fh2'
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
    'says that a token was null': ['{"accessToken":null}', '{"accessToken":null}'],
    'has no key that is recognised by its shape': [
      quote({ note: 'use sk_live_canary5Fh2' }),
      '{"note":"use [secret]"}',
    ],
    'has none behind an escape': ['{"note":"look\\nsk_live_canary5Fh2"}', '{"note":"look\\n[secret]"}'],
    'has none that is the name of a key': ['{"sk_live_canary5Fh2":1}', '{"[secret]":1}'],
    'has no token of a message in a message': [
      quote({ Message: quote({ jobId: 'x', accessToken: canary }) }),
      quote({ Message: quote({ jobId: 'x', accessToken: '[redacted]' }) }),
    ],
    'has no token of JSON that was serialised twice': [
      quote(quote({ accessToken: canary, jobId: 'x' })),
      quote(quote({ accessToken: '[redacted]', jobId: 'x' })),
    ],
    'keeps numbers in texts as they are': [
      '{"id":"1.0","big":"12345678901234567890"}',
      '{"id":"1.0","big":"12345678901234567890"}',
    ],
    'has no token of JSON that is cut short': [
      `{"jobId":"x","accessToken":"${canary}","n`,
      '{"jobId":"x","accessToken":[redacted],"n',
    ],
    'has none where the token itself is cut': [`{"accessToken":"${canary}`, '{"accessToken":[redacted]'],
    'has none where a quote is in the token': [`{"accessToken":"a\\"${canary}",`, '{"accessToken":[redacted],'],
    'has none where keys are not quoted': [`{accessToken: ${canary}, jobId: x}`, '{accessToken: [redacted], jobId: x}'],
    'has none of a form': [`jobId=x&access_token=${canary}`, 'jobId=x&access_token=[redacted]'],
    'has none of a header': [`Authorization: Bearer ${canary}\n`, 'Authorization: [secret]\n'],
    'has none of a header in quotes': [`{Authorization: "Basic ${canary}"`, '{Authorization: "Basic [redacted]"'],
    'has none in single quotes': [`{'accessToken': '${canary}'}`, "{'accessToken': [redacted]}"],
    'has none of cut JSON in JSON': [
      `{"Message":"{\\"accessToken\\":\\"${canary}\\",\\"jobId\\":`,
      '{"Message":"{\\"accessToken\\":[redacted],\\"jobId\\":',
    ],
    'is empty where the body is': ['', ''],
    'has no half character': ['a\uD800', 'a\uFFFD'],
    'keeps characters beyond the basic plane': ['{"a":"😀"}', '{"a":"😀"}'],
  }
  it.each(Object.entries(copies))('%s', (_, [body, copy]) => {
    expect(redactBody(body)).toBe(copy)
  })

  it('has 64 KiB of characters at most', () => {
    expect(redactBody('x'.repeat(1_048_576))).toBe('x'.repeat(65_536))
    expect(redactBody(quote({ a: 'x'.repeat(1_048_000) }))).toHaveLength(65_536)
  })

  it('does not end in half a character', () => {
    expect(redactBody(`x${'😀'.repeat(40_000)}`).endsWith('\uFFFD')).toBe(true)
  })

  it('has no secret of JSON that is nested too deep to be written again', () => {
    const deep = `{"accessToken":"${canary}","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expect(redactBody(deep)).not.toContain(canary)
    expect(redactBody(deep)).toMatch(/^\{"accessToken":\[?/)
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
  ])('is made in less than 150 ms of a megabyte of %j', (piece) => {
    const body = piece.repeat(1_048_576 / piece.length)
    expect(fastest(() => redactBody(body))).toBeLessThan(150)
  })

  it.each([
    ['texts', JSON.stringify(Array.from({ length: 95_000 }, () => 'an "x" ab'.slice(3)))],
    ['texts that begin like JSON', JSON.stringify(Array.from({ length: 95_000 }, () => '{"ab"'))],
    ['keys', JSON.stringify(Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`k${at}`, at])))],
    ['passwords', JSON.stringify(Array.from({ length: 16 }, () => `password=a${' '.repeat(65_000)}b`))],
  ])('is made in less than 400 ms of a megabyte of %s', (_, body) => {
    expect(fastest(() => redactBody(body))).toBeLessThan(400)
  })

  it('has no secret that the cut goes through', () => {
    for (let before = 65_480; before < 65_540; before++) {
      const body = `${'x'.repeat(before)} postgres://u:${canary}@h `
      expect(redactBody(body)).not.toContain('canary')
      expect(redactBody(quote({ a: body }))).not.toContain('canary')
    }
  })
})
