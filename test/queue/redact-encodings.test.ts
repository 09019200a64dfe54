import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactBody } from '../../src/queue/redact.ts'

/* A sender may write a message in any encoding, and break it. The copy of it holds the token in none. */

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789']
const secret = fc
  .array(fc.constantFrom(...letters), { minLength: 4, maxLength: 40 })
  .map((each) => `cNry7${each.join('')}`)
const name = fc.constantFrom(
  'accessToken',
  'access_token',
  'AccessToken',
  'token',
  'password',
  'apiKey',
  'x-api-key',
  'pw',
)

type Field = readonly [name: string, secret: string]

const escaped = (text: string) =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const entities = (text: string) => [...text].map((letter) => `&#${letter.charCodeAt(0)};`).join('')
const percents = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')

/** One field of a message, written by a sender of its own kind. */
const writers: Record<string, (field: Field) => string> = {
  json: ([key, value]) => JSON.stringify({ jobId: 'x', [key]: value }),
  'json with escapes': ([key, value]) => `{"jobId":"x","${escaped(key)}":"${escaped(value)}"}`,
  'json with an escape in the key': ([key, value]) => `{"${key.slice(0, -1)}${escaped(key.slice(-1))}":"${value}"}`,
  'json lines': ([key, value]) => `{"a":1}\n{"${key}":"${value}"}`,
  'json with comments': ([key, value]) => `{ /* ${value} */ "${key}": "${value}", }`,
  'a list of pairs': ([key, value]) => JSON.stringify([{ name: key, value }, [key, value]]),
  'a literal of JavaScript': ([key, value]) => `{${key}: '${value}'}`,
  'a literal of Python': ([key, value]) => `{'${key}': b'${value}', 'n': None}`,
  xml: ([key, value]) => `<?xml version="1.0"?><m><${key}>${value}</${key}></m>`,
  'an attribute of xml': ([key, value]) => `<m ${key}="${value}"/>`,
  'xml with entities': ([key, value]) => `<m><${key}>${entities(value)}</${key}></m>`,
  'xml with CDATA': ([key, value]) => `<m><${key}><![CDATA[${value}]]></${key}></m>`,
  form: ([key, value]) => `jobId=x&${key}=${value}`,
  'a form with percent signs': ([key, value]) => `jobId=x&${percents(key)}=${percents(value)}`,
  'a form of several parts': ([key, value]) =>
    `--b\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n--b--`,
  yaml: ([key, value]) => `jobId: x\n${key}: ${value}\n`,
  'yaml in several lines': ([key, value]) => `${key}: |\n  ${value}\n`,
  ini: ([key, value]) => `[message]\n${key} = ${value}`,
  header: ([key, value]) => `${key}: Bearer ${value}`,
  csv: ([key, value]) => `jobId;${key}\nx;${value}`,
  url: ([key, value]) => `https://worker.test/?${key}=${value}#${value}`,
  'a password of a URL': ([, value]) => `postgres://worker:${value}@db.test/billing`,
  'a bare word': ([, value]) => value,
  'a sentence': ([key, value]) => `please use the ${key} ${value} for this job`,
  'a key of an object': ([, value]) => JSON.stringify({ [value]: true }),
}

/** A text written once more. */
const wrappers: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'a string of JSON': (text) => JSON.stringify(text),
  'the message of a notification': (text) => JSON.stringify({ Type: 'Notification', Message: text }),
  'the message of a notification, cut': (text) => JSON.stringify({ Type: 'Notification', Message: text }).slice(0, -2),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 in JSON': (text) => JSON.stringify({ data: Buffer.from(text).toString('base64') }),
  'base64 for URLs in JSON': (text) => JSON.stringify({ data: Buffer.from(text).toString('base64url') }),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in JSON': (text) => JSON.stringify({ data: Buffer.from(text).toString('hex') }),
  'percent signs': (text) => encodeURIComponent(text),
  'percent signs in JSON': (text) => JSON.stringify([encodeURIComponent(text)]),
  'UTF-16 read as Latin': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
  'UTF-16 in JSON': (text) => JSON.stringify({ data: Buffer.from(text, 'utf16le').toString('latin1') }),
  'a list of codes in JSON': (text) => `{"data":"${escaped(text)}"}`,
  'after a byte order mark': (text) => `\uFEFF${text}`,
  'with something behind it': (text) => `${text} and more`,
}

const decoders: readonly ((text: string) => string)[] = [
  (text) => text.replace(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
  (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
  (text) => text.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
  (text) => text.replace(/[A-Za-z0-9+/_-]{8,}/g, (run) => Buffer.from(run, 'base64').toString('latin1')),
  (text) => text.replace(/(?:[0-9a-f]{2}){8,}/g, (run) => Buffer.from(run, 'hex').toString('latin1')),
  (text) => text.replaceAll(/\\u0000|\0/g, ''),
  (text) => text.replaceAll('\\', ''),
]

/** What a text says when it is decoded, up to three times. */
function readings(text: string): ReadonlySet<string> {
  const seen = new Set([text])
  for (let pass = 0; pass < 3; pass++)
    for (const text of [...seen]) for (const decode of decoders) if (seen.size < 400) seen.add(decode(text))
  return seen
}

const encoded = fc.record({
  field: fc.tuple(name, secret),
  writer: fc.constantFrom(...Object.keys(writers)),
  wrap: fc.array(fc.constantFrom(...Object.keys(wrappers)), { minLength: 1, maxLength: 3 }),
  /** How much of the text is lost at its end. */
  lost: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 })),
})

function write({
  field,
  writer,
  wrap,
  lost,
}: typeof encoded extends fc.Arbitrary<infer Drawn> ? Drawn : never): string {
  const written = writers[writer]?.(field) ?? ''
  const wrapped = wrap.reduce((text, item) => wrappers[item]?.(text) ?? text, written)
  return wrapped.slice(0, wrapped.length - lost)
}

const rounds = Number(process.env.ROUNDS ?? 2_000)

test('no encoding of a message keeps its token in the copy, whole or cut', () => {
  let kept = 0
  fc.assert(
    fc.property(encoded, (drawn) => {
      const copy = redactBody(write(drawn))
      const [, value] = drawn.field
      // Half of a token is too much as well.
      const part = value.slice(0, 8)
      for (const reading of readings(copy)) if (reading.includes(part)) return false
      if (copy.includes('jobId')) kept++
      return true
    }),
    { numRuns: rounds },
  )
  expect(kept).toBeGreaterThan(0)
})

test('the token is found in what is not redacted, however it is written', () => {
  for (const writer of Object.keys(writers))
    for (const wrap of Object.keys(wrappers)) {
      const text = write({ field: ['token', 'cNry7abcdEFGH1234'], writer, wrap: [wrap], lost: 0 })
      expect([writer, wrap, [...readings(text)].some((reading) => reading.includes('cNry7abcdE'))]).toEqual([
        writer,
        wrap,
        true,
      ])
    }
})

test.each([
  [{ ['a'.repeat(64)]: 1 }, { ['a'.repeat(64)]: 1 }],
  [{ ['a'.repeat(65)]: 1 }, { '[65 characters that are not shown]': 1 }],
  [{ of: [...Array(39).fill('a'), 'token'] }, { of: '[redacted]' }],
  [{ of: [...Array(40).fill('a'), 'token'] }, { of: [...Array(40).fill('a'), '[5 characters that are not shown]'] }],
])('names and lists have a length up to which they are looked at', (given, shown) => {
  expect(JSON.parse(redactBody(JSON.stringify(given)))).toEqual(shown)
})
