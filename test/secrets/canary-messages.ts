import { randomUUID } from 'node:crypto'
import { jobRequest } from '../support/setup.ts'
import { key, marker, names, quoted } from './canary-env.ts'

/** Messages that carry the secret in a token, good or bad, and what becomes of it. */
export function messages(put: (id: string, value: string) => void): unknown[] {
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
  const stripeRequest = { providerName: 'stripe', accessToken: marker }
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
      quoted(jobRequest({ ...stripeRequest, [name]: key('none') })),
    ),
    ...['syncType', 'batchSize', 'forceRefresh', 'dryRun', 'resources'].map((name) =>
      quoted(jobRequest({ ...stripeRequest, additionalData: { [name]: key('none') } })),
    ),
    quoted(jobRequest({ ...stripeRequest, additionalData: { resources: [key('none'), `Bearer ${marker}`] } })),
    quoted(jobRequest({ ...stripeRequest, providerName: 'paypal' })),
    quoted(jobRequest({ ...stripeRequest, providerName: 'nobody' })),
    quoted(jobRequest({ accessToken: key('none'), additionalData: { resources: ['nothing'] } })),
    quoted(jobRequest({ ...stripeRequest, providerName: `postgres://me:${marker}@db` })),
    // What is no message.
    ...['{', '"', '}', ',', '{"a":'].map(
      (end) => `${quoted({ ...stripeRequest, ...jobRequest() }).slice(0, -1)}${end}`,
    ),
    quoted({ accessToken: marker }).slice(0, -3),
    quoted({ accessToken: `${marker}"` }).slice(0, -3),
    `\uFEFF${quoted(stripeRequest)}`,
    `accessToken=${marker}&jobId=1`,
    `{accessToken: '${marker}'}`,
    `accessToken: ${marker}`,
    `Authorization: Bearer ${marker}`,
    key('none'),
    quoted(key('none')),
    quoted([stripeRequest]),
    quoted({ Message: quoted(stripeRequest), Type: 'Notification' }),
    quoted(quoted(stripeRequest)),
    quoted({ ...stripeRequest, deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) }),
    quoted({ ...stripeRequest, wide: Array(20_000).fill(0) }),
    quoted({ ...stripeRequest, long: 'x'.repeat(300_000) }),
    // Bugs: Lambda never gives a body that is no text.
    null,
    { accessToken: marker },
    [marker],
    5,
  ]
}
