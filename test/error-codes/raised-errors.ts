import Stripe from 'stripe'
import { databaseFailure } from '../../src/db/errors.ts'
import { asSyncError, SyncError } from '../../src/errors.ts'
import { checkHost } from '../../src/http/pinned.ts'
import { refuseOther } from '../../src/job/account.ts'
import { refuseWrongDate } from '../../src/job/clock-check.ts'
import { parseRequest, syncJobRequest } from '../../src/job/request.ts'
import { reusedJobId } from '../../src/job/request-hash.ts'
import type { Delivery, Session } from '../../src/job/session.ts'
import { refuseDying, waitOrStall } from '../../src/job/stall.ts'
import { failure as paypalFailure } from '../../src/providers/paypal/failure.ts'
import { PayPalRefusal } from '../../src/providers/paypal/refusal.ts'
import { readAnswer } from '../../src/providers/shopify/answer.ts'
import { readAccess as readShopifyAccess } from '../../src/providers/shopify/credentials.ts'
import { failure as shopifyFailure } from '../../src/providers/shopify/failure.ts'
import { SquareRefusal } from '../../src/providers/square/connection.ts'
import { failure as squareFailure } from '../../src/providers/square/failure.ts'
import { unusable } from '../../src/providers/stripe/connection.ts'
import { readAccess } from '../../src/providers/stripe/credentials.ts'
import { failure } from '../../src/providers/stripe/failure.ts'
import { poisonLetter } from '../../src/queue/poison.ts'
import { secretFailure } from '../../src/secrets/failure.ts'
import { readSecret } from '../../src/secrets/read-secret.ts'
import { readReference } from '../../src/secrets/reference.ts'
import { checkWhole, newWholeCheck } from '../../src/sync/whole-list.ts'

/*
 * Errors whose message is put together, each as it is raised. Messages that are one literal are read from the sources.
 */

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const jobId = 'b3c1f6a0-2f5d-4a86-8a53-0d6f4c1e7a11'
const request = { jobId, tenantId, providerName: 'stripe' }

export interface Raised {
  readonly code: string
  readonly message: string
}

/** Messages that name no job, or a job with a wrong field. */
const bodies: readonly string[] = [
  'nothing',
  '\uFEFF{}',
  '[]',
  '"text"',
  '{}',
  `"${'x'.repeat(300_000)}"`,
  `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
  `[${'1,'.repeat(10_001)}1]`,
  `{${Array.from({ length: 10_001 }, (_, at) => `"k${at}":1`).join()}}`,
  JSON.stringify({ ...request, jobId: '17' }),
  `{"jobId": "${jobId}", "jobId": "${jobId}"}`,
  ...[
    { priority: 1 },
    { accessToken: 5 },
    { account: 'acct_1:test' },
    { additional_data: 7 },
    { additionalData: {}, additional_data: {} },
    { additionalData: { syncType: 'half' } },
    { additionalData: { batchSize: 1_000, resources: [], nothing: true } },
  ].map((fields) => JSON.stringify({ ...request, ...fields })),
]

const parseAll = () =>
  bodies.map((body) => {
    const parsed = parseRequest(body)
    if (parsed.kind === 'request') throw new Error(`the message is right: ${body.slice(0, 100)}`)
    return parsed.error
  })

const key = { keyName: 'the accessToken of the message', id: null, quote: () => 'You may not do that.' }
const answers: readonly object[] = [
  { statusCode: 401 },
  { statusCode: 403, code: 'account_invalid' },
  { statusCode: 403, message: 'The key lacks rak_customer_read.' },
  { statusCode: 403 },
  { statusCode: 409 },
  { statusCode: 429 },
  { statusCode: 400, headers: { 'stripe-should-retry': 'true' } },
  {},
  { statusCode: 500 },
  { statusCode: 400, param: 'starting_after' },
  { statusCode: 404, code: 'resource_missing' },
  { statusCode: 404 },
  { statusCode: 400 },
  { statusCode: 400, code: 'parameter_unknown' },
]

const stripeFailures = () =>
  [
    ...answers.map((raw) => Object.assign(new Stripe.errors.StripeError(raw as never), raw)),
    new Stripe.errors.StripeConnectionError({ message: 'no' } as never),
    new TypeError('x'),
  ].map((error) => failure(error, key))

const squareAnswers: readonly (readonly [status: number, code: string])[] = [
  [401, 'UNAUTHORIZED'],
  [401, 'ACCESS_TOKEN_EXPIRED'],
  [401, 'ACCESS_TOKEN_REVOKED'],
  [429, 'RATE_LIMITED'],
  [500, 'INTERNAL_SERVER_ERROR'],
  [409, 'CONFLICT'],
  [400, 'INVALID_CURSOR'],
  [403, 'INSUFFICIENT_SCOPES'],
  [404, 'NOT_FOUND'],
  [400, 'BAD_REQUEST'],
]

const squareFailures = () => {
  const token = { tokenName: 'the accessToken of the message', quote: () => 'You may not do that.' }
  const refusals = squareAnswers.map(([status, code]) => {
    const body = Buffer.from(JSON.stringify({ errors: [{ code, category: 'API_ERROR', detail: 'no' }] }))
    return new SquareRefusal(status, {}, body)
  })
  return [...refusals, new Error('no')].map((error) => squareFailure(error, token))
}

const shopifyAnswers: readonly (readonly [status: number, code: string])[] = [
  [200, 'THROTTLED'],
  [200, 'MAX_COST_EXCEEDED'],
  [200, 'ACCESS_DENIED'],
  [200, 'SHOP_INACTIVE'],
  [200, 'INTERNAL_SERVER_ERROR'],
  [200, 'OTHER'],
  ...[401, 402, 403, 404, 423, 429, 430, 503].map((status) => [status, ''] as const),
]

const shopifyFailures = () => {
  const access = { shop: 'shop', key: { token: 'shpat_secretsecret' }, tokenName: 'the accessToken of the message' }
  const refusal = { access, quote: () => 'You may not do that.' }
  const read = (status: number, headers: Readonly<Record<string, string>>, body: object) =>
    shopifyFailure(
      thrown(() => readAnswer({ status, headers, body: Buffer.from(JSON.stringify(body)) }, 'read_orders')),
      refusal,
    )
  const search = { search: [{ warnings: [{ field: 'created', message: 'Invalid search field.' }] }] }
  return [
    ...shopifyAnswers.map(([status, code]) => read(status, {}, { errors: [{ message: 'no', extensions: { code } }] })),
    read(200, { 'x-shopify-api-version': '2027-01' }, { data: {} }),
    read(200, {}, { data: {}, extensions: search }),
    read(200, {}, {}),
    shopifyFailure(new Error('no'), refusal),
    ...[undefined, 'nonsense', ':shpat_secretsecret', '{"shop":"shop"}'].map((accessToken) =>
      thrown(() =>
        readShopifyAccess(
          { tenantId, accessToken },
          { accessToken: undefined, accessTokenTenant: undefined, shop: undefined },
        ),
      ),
    ),
  ]
}

const paypalAnswers: readonly (readonly [status: number, name: string])[] = [
  [401, 'invalid_client'],
  [429, 'RATE_LIMIT_REACHED'],
  [500, 'INTERNAL_SERVER_ERROR'],
  [400, 'RESULTSET_TOO_LARGE'],
  [403, 'NOT_AUTHORIZED'],
  [404, 'RESOURCE_NOT_FOUND'],
  [400, 'INVALID_REQUEST'],
]

const paypalFailures = () => {
  const client = {
    clientName: 'the accessToken of the message',
    quote: () => 'You may not do that.',
    limitedInARow: () => 1,
  }
  const refusals = paypalAnswers.map(
    ([status, name]) => new PayPalRefusal(status, {}, Buffer.from(JSON.stringify({ name, message: 'no' }))),
  )
  return [...refusals, new Error('no')].map((error) => paypalFailure(error, client))
}

/** A list whose total changes between two pages. */
const changedList = () => {
  const check = newWholeCheck()
  const page = { items: [], next: '2', observedAt: new Date() }
  checkWhole('plans', check, { ...page, total: 2 })
  return thrown(() => checkWhole('plans', check, { ...page, total: 3 }))
}

const tokens: readonly (string | undefined)[] = [undefined, 'acct_1', 'pk_live_1', 'nonsense', 'sk_org_live_1']
const settings = { apiKey: undefined }

const accessErrors = () => [
  ...tokens.map((accessToken) => thrown(() => readAccess({ tenantId, accessToken }, settings))),
  thrown(() => readAccess({ tenantId, accessToken: undefined }, { apiKey: 'nonsense', apiKeyTenant: tenantId })),
  thrown(() => readAccess({ tenantId, accessToken: 'acct_1', account: 'acct_2' }, settings)),
]

const stored = [
  '28P01',
  '3D000',
  'XX000',
  '42501',
  '42P01',
  '22P02',
  '08006',
  '53100',
  '53300',
  '25006',
  'ECONNREFUSED',
]
const certificates = [
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'INVALID_PURPOSE',
  'CERT_REVOKED',
]

const databaseErrors = () => [
  ...[...stored, ...certificates].map((code) => databaseFailure(Object.assign(new Error('no'), { code }))),
  databaseFailure(new Error('The server does not support SSL connections')),
]

const names = ['AccessDeniedException', 'ParameterNotFound', 'InvalidRequestException', 'TimeoutError']
const parameter = `ssm:/billing-sync/${tenantId}/stripe`

const secretErrors = async () => [
  ...names.map((name) => secretFailure(Object.assign(new Error('no'), { name }), parameter)),
  thrown(() => readReference('arn:x')),
  ...(await Promise.all([refused(parameter, ''), refused(parameter, parameter), refused(`${parameter}#b`, '{"a":1}')])),
]

const refused = (reference: string, value: string) =>
  readSecret(readReference(reference)!, reference, async () => value).catch((error: unknown) => error)

/** A delivery of a minute without a commit. */
const stalledErrors = () => {
  const waiting = { waitingFor: { code: 'rate_limited', message: 'stripe: too many requests.' }, since: 0 }
  const session = (over: object) => ({ request, counts: { commits: 0 }, job: { stalled: 20 }, claimedAt: 0, ...over })
  const waits = (over: object) => ({ longest: () => null, isWaiting: () => false, unanswered: () => [], ...over })
  const delivery = { remainingMs: 60_000 } as Delivery
  return [
    thrown(() => refuseDying(session({}) as unknown as Session)),
    ...[
      waits({}),
      waits({ longest: () => waiting, isWaiting: () => true }),
      waits({ isWaiting: () => true, unanswered: () => ['account'] }),
    ].map((state) => thrown(() => waitOrStall(session({ waits: state }) as unknown as Session, delivery))),
  ]
}

/** An answer an hour ahead of the database, and one an hour before an earlier job. */
const clockErrors = () => {
  const [earlier, later] = [Date.UTC(2026, 0, 1, 8), Date.UTC(2026, 0, 1, 9)]
  return [
    thrown(() => refuseWrongDate(new Date(later), { databaseNow: earlier, earlier: null }, 'stripe')),
    thrown(() => refuseWrongDate(new Date(earlier), { databaseNow: earlier, earlier: later }, 'stripe')),
  ]
}

const others = () => [
  asSyncError(new TypeError('x is not a function')),
  thrown(() => checkHost('10.0.0.1')),
  thrown(() => refuseOther('acct_2', { named: 'acct_1', begunWith: null })),
  thrown(() => refuseOther('acct_2', { named: undefined, begunWith: 'acct_1' })),
  unusable('is not JSON'),
  reusedJobId(
    { options: { syncType: 'full', resources: ['customers'] } },
    syncJobRequest.parse({ ...request, additionalData: { syncType: 'incremental', batchSize: 5 } }),
  ),
]

export async function raisedErrors(): Promise<readonly Raised[]> {
  const errors = [
    ...parseAll(),
    ...stripeFailures(),
    ...squareFailures(),
    ...paypalFailures(),
    changedList(),
    ...shopifyFailures(),
    ...accessErrors(),
    ...databaseErrors(),
    ...(await secretErrors()),
    ...stalledErrors(),
    ...clockErrors(),
    ...others(),
  ]
  const { code, reason } = poisonLetter({ id: 'm-1', body: '{}', receiveCount: 12, group: undefined })
  const raised = errors.map((error) => {
    if (!(error instanceof SyncError)) throw new Error('not refused', { cause: error })
    return { code: error.code, message: error.message }
  })
  return [...raised, { code, message: reason }]
}

function thrown(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
