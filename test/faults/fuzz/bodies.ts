import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { canary } from '../canary.ts'

/*
 * Bodies of queue messages that nobody should send: fast-check's, and a corpus. Ids are made here, so that no two
 * messages are about the same job unless they are meant to be.
 */

/** What a body must come to; `any`: whatever, as long as nothing is lost. */
export type Fate = 'unreadable' | 'failed' | 'completed' | 'any'

export interface Body {
  readonly body: string
  readonly fate: Fate
}

const unreadable = (body: string): Body => ({ body, fate: 'unreadable' })
const request = (more: object = {}) => ({
  jobId: randomUUID(),
  tenantId: randomUUID(),
  providerName: 'stripe',
  ...more,
})
const text = (value: object) => JSON.stringify(value)
const times = (n: number, piece: string) => piece.repeat(n)
const keys = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, at) => [`k${at}`, at]))
const mebibyte = 1_048_576

/** Bodies of a megabyte and other bombs; each is made anew, and one in a hundred messages is enough of them. */
const bombs: readonly (() => Body)[] = [
  () => unreadable(times(100_000, '[') + times(100_000, ']')),
  () => unreadable(`${times(50_000, '{"a":')}1${times(50_000, '}')}`),
  () => unreadable(text(keys(90_000)).slice(0, mebibyte)),
  () => unreadable(text({ ...request(), ...keys(20_000) })),
  () => unreadable(text({ ...request(), accessToken: canary, x: 'x'.repeat(mebibyte - 300) })),
  () => unreadable('x'.repeat(mebibyte)),
  () => unreadable(`"${'\\u0000'.repeat(170_000)}"`),
  () => unreadable(text(Array.from({ length: 16 }, () => `password=a${' '.repeat(65_000)}b`))),
  () => unreadable(text(Array.from({ length: 95_000 }, () => '{"ab"'))),
  () => unreadable(`${text(request())}${' '.repeat(mebibyte - 300)}`),
  () => unreadable(times(80_000, '"a":"b",')),
  () => unreadable(text(Array.from({ length: 100 }, () => text(keys(600)))).slice(0, mebibyte)),
]

const corpus: readonly (() => Body)[] = [
  ...['', ' ', 'null', '[]', '{}', '5', '-0', '1e999', 'true', '"text"', '{', '{"jobId":', 'NaN', '\u0000', '[[]]'].map(
    (body) => () => unreadable(body),
  ),
  () => unreadable(`\uFEFF${text(request())}`),
  () => unreadable(text([request()])),
  () => unreadable(JSON.stringify(text(request({ accessToken: canary })))),
  // Keys that mean something to JavaScript.
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'].map(
    (key) => (): Body => ({ body: text(request()).replace('{', `{"${key}":{"jobId":"x"},`), fate: 'failed' }),
  ),
  () => ({ body: `{"__proto__":${text(request({ accessToken: canary }))}}`, fate: 'unreadable' }),
  // Keys that are given twice: of the identity, nobody knows which is meant.
  ...['jobId', 'tenantId', 'providerName', 'job_id', 'TenantId'].map(
    (key) => () => unreadable(text(request()).replace('{', `{"${key}":"${randomUUID()}",`)),
  ),
  () => ({ body: text(request()).replace('}', ',"accessToken":null,"access_token":null}'), fate: 'failed' }),
  () => ({ body: text(request()).replace('{', '{"additionalData":{},"additionalData":{},'), fate: 'failed' }),
  // Identities that are none.
  ...[null, 5, '', 'x', [], {}, true, '00000000', `${randomUUID()}x`, ` ${randomUUID()}`].flatMap((wrong) => [
    () => unreadable(text(request({ jobId: wrong }))),
    () => unreadable(text(request({ tenantId: wrong, accessToken: canary }))),
  ]),
  ...[null, 5, '', ' ', [], 'x'.repeat(101)].map((wrong) => () => unreadable(text(request({ providerName: wrong })))),
  // The job is named, what it asks for is wrong.
  ...['paypal', 'shopify', 'STRIPE2', '__proto__', 'constructor', 'x\u0000', '\ud800'].map(
    (providerName) => (): Body => ({ body: text(request({ providerName })), fate: 'failed' }),
  ),
  ...[5, true, [], {}, canary.repeat(300)].map(
    (accessToken) => (): Body => ({ body: text(request({ accessToken })), fate: 'failed' }),
  ),
  ...['\u0000', 'sk_live_\ud800', 'sk_live_\u0000x', 'x\r\nHost: y', 'acct_../..', '{}', 'sk_test_invalid_x'].map(
    (accessToken) => (): Body => ({ body: text(request({ accessToken })), fate: 'failed' }),
  ),
  ...[
    5,
    'x',
    [],
    [1],
    true,
    { sync_type: 'x' },
    { sync_type: 1 },
    { sync_type: '\u0000' },
    { batch_size: 0 },
    { batch_size: 101 },
    { batch_size: 1.5 },
    { batch_size: 2 ** 53 + 2 },
    { batch_size: '10' },
    { batch_size: -1 },
    { resources: [] },
    { resources: ['nothing'] },
    { resources: [5] },
    { resources: {} },
    { resources: ['__proto__'] },
    { resources: ['\u0000'] },
    { resources: ['customers\u0000'] },
    { resources: Array.from({ length: 500 }, () => 'x') },
    { force_refresh: 'yes' },
    { unknown: 1 },
    { unknown: { deep: { accessToken: canary } } },
    { '\u0000': 1 },
    { '\udfff': 1 },
    { sync_type: 'full', SyncType: 'full' },
  ].map((additionalData) => (): Body => ({ body: text(request({ additionalData })), fate: 'failed' })),
  () => ({ body: text(request()).replace('}', ',"additionalData":{"batch_size":1e400}}'), fate: 'failed' }),
  () => ({ body: text(request()).replace('}', ',"additionalData":{"batch_size":9007199254740993}}'), fate: 'failed' }),
  () => ({ body: text(request({ baseUrl: 'http://169.254.169.254/', host: 'x' })), fate: 'failed' }),
  () => ({ body: text(request({ extra: times(60, 'ab\u0000') })), fate: 'failed' }),
]

/** Requests as they should be; of few objects, in each casing that is understood. */
const good: readonly (() => Body)[] = [
  () => ({
    body: text(request({ accessToken: canary, additionalData: { resources: ['customers'] } })),
    fate: 'completed',
  }),
  () => ({
    body: `\r\n\t ${text(request({ accessToken: canary, additionalData: { resources: ['tax_rates'], sync_type: 'FULL' } }))} `,
    fate: 'completed',
  }),
  () => ({
    body: text({
      JobId: randomUUID().toUpperCase(),
      TenantId: randomUUID(),
      ProviderName: ' Stripe ',
      AccessToken: canary,
      AdditionalData: { BatchSize: 1, Resources: ['coupons'], ForceRefresh: true },
    }),
    fate: 'completed',
  }),
  () => ({
    body: text({
      job_id: randomUUID(),
      tenant_id: randomUUID(),
      provider_name: 'stripe',
      access_token: canary,
      additional_data: null,
    }).replace('null', '{"resources":["payouts"],"sync_type":null}'),
    fate: 'completed',
  }),
]

const oneOf = (all: readonly (() => Body)[]) => fc.nat(all.length - 1).map((at) => all[at]!())

const fieldNames = [
  'jobId',
  'JobId',
  'tenant_id',
  'tenantId',
  'provider_name',
  'providerName',
  'accessToken',
  'additionalData',
  'sync_type',
  '__proto__',
  'constructor',
]
const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1, 2 ** 53 + 2, 1e308, '', '\u0000', '\ud800', canary, 'stripe', 'full'),
    fc.double(),
    anyText,
    fc.uuid(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom(...fieldNames)), tie('any'), { maxKeys: 6 }),
  ),
})).any

/** A request in which fast-check has put something in the place of something. */
const spoiled = fc
  .tuple(fc.dictionary(fc.constantFrom(...fieldNames), value, { maxKeys: 4 }), fc.boolean())
  .map(([wrong, nested]): Body => ({ body: text(request(nested ? { additionalData: wrong } : wrong)), fate: 'any' }))
  // A good request by accident would read the whole account.
  .filter(({ body }) => !/"additionalData":(null|\{\})/.test(body) && body.includes('dditional'))

/** Text of a request with some bytes changed, taken out or doubled. */
const mangled = fc
  .tuple(fc.nat(), fc.nat(), fc.constantFrom('', '"', '}', '{', ',', '\\', '\u0000', '\ud800', '1', '\uFEFF', 'x'))
  .map(([at, length, piece]): Body => {
    const whole = text(request({ additionalData: { sync_type: 'no such kind' } }))
    const from = at % whole.length
    return { body: whole.slice(0, from) + piece + whole.slice(from + (length % 9)), fate: 'any' }
  })

/** What is drawn, by weight: one good request in two hundred, one bomb in a hundred. */
export const bodies: fc.Arbitrary<Body> = fc.oneof(
  { weight: 1, arbitrary: oneOf(good) },
  { weight: 2, arbitrary: oneOf(bombs) },
  { weight: 80, arbitrary: oneOf(corpus) },
  { weight: 50, arbitrary: spoiled },
  { weight: 40, arbitrary: mangled },
  { weight: 20, arbitrary: anyText.map((body): Body => ({ body, fate: 'any' })) },
  { weight: 20, arbitrary: value.map((drawn): Body => ({ body: JSON.stringify(drawn) ?? 'undefined', fate: 'any' })) },
)
