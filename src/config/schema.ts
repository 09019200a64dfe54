import * as z from 'zod'
import { isProviderBase } from '../http/base-url.ts'

const text = (about: string) => z.string().min(1).optional().describe(about)
const address = (about: string) =>
  z
    .url({ protocol: /^https?$/ })
    // It is shown in messages, the SDK's too.
    .refine((text) => !/^\w+:\/\/[^/?#]*@/.test(text))
    .optional()
    .describe(about)
    .meta({ expected: 'an http:// or https:// address without a user' })
const standardQueue = (about: string) =>
  address(`${about} A standard queue, not FIFO.`).refine((url) => !/\.fifo\/?(?:[?#]|$)/.test(url ?? ''), {
    // A FIFO queue drops the copy of a paused job, whose body is the same, and delays no single message.
    error: 'the address of a standard queue, because a FIFO queue would drop the copy of a paused job',
  })
/** A secret. It may also be a reference to a secret, which is read when the worker starts; see openConfig. */
const secret = (about: string) => text(about).meta({ secret: true })
/** A number, also as text: the environment has nothing else. No other value is taken for one. */
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
])
const whole = (min: number, max: number, fallback: number, about: string) =>
  number
    .pipe(z.int().min(min).max(max))
    .default(fallback)
    .describe(about)
    .meta({ expected: `a whole number from ${min} to ${max}` })
/** True or false, also as text. */
const flag = (fallback: boolean, about: string) =>
  z
    .union([z.boolean(), z.enum(['true', 'True', 'false', 'False']).transform((text) => text.toLowerCase() === 'true')])
    .default(fallback)
    .describe(about)
    .meta({ expected: 'true or false' })
/** Paths of files: a list, or a text with commas between, because the environment has nothing else. */
const files = (about: string) =>
  z
    .union([
      z.array(z.string().min(1)),
      z.string().transform((text) =>
        text
          .split(',')
          .map((path) => path.trim())
          .filter((path) => path !== ''),
      ),
    ])
    .default([])
    .describe(about)
    .meta({ expected: 'a list of paths, or paths with commas between' })
const rate = (about: string) =>
  number
    .pipe(z.number().min(0.1).max(10_000))
    .optional()
    .describe(about)
    .meta({ expected: 'a number from 0.1 to 10000' })

/**
 * appsettings.json, every field of it. Each can be overridden from the environment as .NET does: sections joined by two
 * underscores, case aside (`Worker__BatchSize=50`). The worker ignores sections that are not named here.
 */
export const settingsSchema = z.object({
  ConnectionStrings: z.object({
    DefaultConnection: secret(
      'The Postgres database, as Npgsql keywords (Host=…;Port=…;Database=…;Username=…;Password=…;SSL Mode=…) or as a postgres:// URL.',
    ),
  }),
  Stripe: z.object({
    ApiKey: secret(
      'Secret or restricted key (sk_…, rk_…) for jobs of ApiKeyTenant without an accessToken. It is also the platform key for tokens of the form acct_….',
    ),
    ApiKeyTenant: z
      .guid()
      .toLowerCase()
      .optional()
      .describe(
        'The tenant whose account ApiKey reads. Messages of this tenant need no accessToken. A message of any other tenant without one fails with no_credentials.',
      )
      .meta({ expected: 'the UUID of a tenant' }),
    ConnectClientId: text('Client id of the Connect platform (ca_…). The worker does not use it.'),
    ConnectClientSecret: secret('Client secret of the Connect platform. The worker does not use it.'),
    WebhookSecret: secret('Signing secret of the webhook endpoint (whsec_…). The worker does not use it.'),
    PublishableKey: text('Publishable key (pk_…). The worker does not use it.'),
    ApiBase: z
      .string()
      .refine(isProviderBase)
      .optional()
      .describe(
        'Another host for the Stripe API. It must be public and https, or http on loopback. Without it: https://api.stripe.com.',
      )
      .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' }),
    RequestsPerSecond: rate(
      'Most requests a second for one account. Without it: 100 with a live key, 25 with a test key, as Stripe documents.',
    ),
    EndpointRequestsPerSecond: rate(
      'Most requests a second for one endpoint. Without it: 25, as Stripe documents. Raise it only if Stripe raised yours.',
    ),
  }),
  Square: z.object({
    AccessToken: secret('Access token of a seller for jobs of AccessTokenTenant without an accessToken.'),
    AccessTokenTenant: z
      .guid()
      .toLowerCase()
      .optional()
      .describe(
        'The tenant whose seller AccessToken reads. A message of any other tenant without a token fails with no_credentials.',
      )
      .meta({ expected: 'the UUID of a tenant' }),
    Environment: z
      .enum(['production', 'sandbox'])
      .default('production')
      .describe(
        'Whether the tokens are of production or of the sandbox of Square. Rows of the sandbox are of an account with :test in its name.',
      )
      .meta({ expected: 'production or sandbox' }),
    ApiBase: z
      .string()
      .refine(isProviderBase)
      .optional()
      .describe(
        'Another host for the Square API. It must be public and https, or http on loopback. Without it: https://connect.squareup.com, or https://connect.squareupsandbox.com for the sandbox.',
      )
      .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' }),
    RequestsPerSecond: rate(
      'Most requests a second for one seller. Without it: 5. Square publishes no limits, and limits whole applications.',
    ),
  }),
  Shopify: z.object({
    AccessToken: secret(
      'Access token of a shop for jobs of AccessTokenTenant without an accessToken. Without Shop it may be any form of accessToken: shop:token, or JSON of the shop with a token or with client credentials.',
    ),
    AccessTokenTenant: z
      .guid()
      .toLowerCase()
      .optional()
      .describe(
        'The tenant whose shop AccessToken reads. A message of any other tenant without a token fails with no_credentials.',
      )
      .meta({ expected: 'the UUID of a tenant' }),
    Shop: text('Name of the shop of AccessToken, before .myshopify.com.'),
    ApiBase: z
      .string()
      .refine(isProviderBase)
      .optional()
      .describe(
        'Another host for the Shopify API of all shops, such as a sandbox. It must be public and https, or http on loopback. Without it: https://SHOP.myshopify.com.',
      )
      .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' }),
    RequestsPerSecond: rate(
      'Most requests a second for one shop. Without it: 20. Shopify limits points a second, which the worker learns from each answer.',
    ),
  }),
  PayPal: z.object({
    ClientId: text(
      'Client id of an application, for jobs of ClientTenant without an accessToken. It is also the platform for tokens of the form merchant:ID.',
    ),
    ClientSecret: secret('Client secret of the application.'),
    ClientTenant: z
      .guid()
      .toLowerCase()
      .optional()
      .describe(
        'The tenant whose account the application belongs to. A message of any other tenant without an accessToken fails with no_credentials.',
      )
      .meta({ expected: 'the UUID of a tenant' }),
    Environment: z
      .enum(['production', 'sandbox'])
      .default('production')
      .describe(
        'Whether the clients are of production or of the sandbox of PayPal. Rows of the sandbox are of an account with :test in its name.',
      )
      .meta({ expected: 'production or sandbox' }),
    ApiBase: z
      .string()
      .refine(isProviderBase)
      .optional()
      .describe(
        'Another host for the PayPal API. It must be public and https, or http on loopback. Without it: https://api-m.paypal.com, or https://api-m.sandbox.paypal.com for the sandbox.',
      )
      .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' }),
    RequestsPerSecond: rate(
      'Most requests a second for one account, one at a time. Without it: 1. PayPal publishes no limits.',
    ),
  }),
  Providers: z.object({
    Manifests: files(
      'Manifests of [custom providers](custom-providers.md), JSON files. The worker reads them when it starts.',
    ),
    Modules: files(
      'Modules of [custom providers](custom-providers.md), TypeScript or JavaScript files. `npm run build` bundles them, so the setting is needed then too.',
    ),
  }),
  Worker: z.object({
    MaxRetries: whole(
      0,
      100,
      3,
      'How many times the worker tries a job again after a failed attempt. Then the job fails. An outage is not a failed attempt.',
    ),
    RetryDelaySeconds: whole(
      0,
      900,
      30,
      'Base of the exponential back-off between attempts, in seconds. The wait is random (full jitter) and at most 900 seconds.',
    ),
    BatchSize: whole(1, 100, 100, 'Items in one request (page size).'),
    TimeoutMinutes: whole(
      0,
      100_000,
      30,
      'How long a job may be worked on over all its deliveries, in minutes. Then it fails with the code timeout and keeps its checkpoint. 0 means no limit. Waiting for the end of an outage, or for the next delivery, does not count.',
    ),
    OutageMinutes: whole(
      0,
      100_000,
      720,
      'How long a job waits for the end of an outage of the provider, the database or the secret store, in minutes. Then it fails with the code of the outage and keeps its checkpoint.',
    ),
    Concurrency: whole(1, 10, 5, 'How many messages of one event the worker handles at once.'),
    LeaseSeconds: whole(
      2,
      600,
      60,
      'How long a worker keeps a job without a heartbeat, in seconds. The queue hides the message a quarter longer.',
    ),
    Announce: flag(
      true,
      'Whether each step of a job notifies the channel sync_jobs. Postgres lets commits that notify wait for each other, on the whole server. Turn it off beyond about 50 workers.',
    ),
  }),
  Queue: z.object({
    Url: standardQueue('URL of the queue that jobs come from. The worker sends paused and busy jobs there again.'),
    DeadLetterUrl: standardQueue('URL of the dead-letter queue, for messages that cannot be read.'),
    Endpoint: address('Another endpoint for SQS, such as a local one. Without it: the endpoint of the region.'),
    Region: text('AWS region of the queues. Without it: AWS_REGION of the environment.'),
  }),
  Secrets: z.object({
    Prefix: z
      .string()
      .default('billing-sync/{tenantId}/')
      .describe(
        'Prefix of the names of secrets that an accessToken may refer to. {tenantId} stands for the tenant of the job.',
      )
      .meta({ expected: 'text' }),
    Endpoint: address(
      'Another endpoint for Secrets Manager and Parameter Store, such as a local one. Without it: the endpoint of the region.',
    ),
    Region: text(
      'AWS region of parameters with names of the form ssm:/NAME. Without it: AWS_REGION of the environment.',
    ),
  }),
  Log: z.object({
    Level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is logged.'),
  }),
})

export type Settings = z.infer<typeof settingsSchema>
