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
const rate = (about: string) =>
  number
    .pipe(z.number().min(0.1).max(10_000))
    .optional()
    .describe(about)
    .meta({ expected: 'a number from 0.1 to 10000' })

/**
 * appsettings.json, every field of it. Each can be overridden from the environment as .NET does: sections joined by two
 * underscores, case aside (`Worker__BatchSize=50`). Sections not named here belong to somebody else and are passed over.
 */
export const settingsSchema = z.object({
  ConnectionStrings: z.object({
    DefaultConnection: secret(
      'Postgres, as Npgsql keywords (Host=…;Port=…;Database=…;Username=…;Password=…;SSL Mode=…) or a postgres:// URL.',
    ),
  }),
  Stripe: z.object({
    ApiKey: secret(
      'Secret or restricted key (sk_…, rk_…) used when a job brings no key of its own, and as the platform key for acct_… tokens.',
    ),
    ApiKeyTenant: z
      .guid()
      .toLowerCase()
      .optional()
      .describe(
        'The tenant whose own account ApiKey reads. A message of that tenant needs no accessToken; one of any other without it fails with no_credentials.',
      )
      .meta({ expected: 'the UUID of a tenant' }),
    ConnectClientId: text('Client id of the Connect platform (ca_…). Kept for the owner; the worker does not use it.'),
    ConnectClientSecret: secret(
      'Client secret of the Connect platform. Kept for the owner; the worker does not use it.',
    ),
    WebhookSecret: secret(
      'Signing secret of the webhook endpoint (whsec_…). Kept for the owner; the worker does not use it.',
    ),
    PublishableKey: text('Publishable key (pk_…). Kept for the owner; the worker does not use it.'),
    ApiBase: z
      .string()
      .refine(isProviderBase)
      .optional()
      .describe(
        'Another host for the Stripe API: https and public, or http on loopback. Default: https://api.stripe.com.',
      )
      .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' }),
    RequestsPerSecond: rate(
      'Ceiling of requests a second for one account. Default: 100 with a live key, 25 with a test key, as Stripe documents.',
    ),
    EndpointRequestsPerSecond: rate(
      'Ceiling of requests a second for one endpoint. Default: 25, as Stripe documents. Raise it only when Stripe raised yours.',
    ),
  }),
  Worker: z.object({
    MaxRetries: whole(
      0,
      100,
      3,
      'How many times a job whose attempt failed is tried again before it is failed for good.',
    ),
    RetryDelaySeconds: whole(
      0,
      900,
      30,
      'Base of the exponential back-off between attempts, in seconds; full jitter, at most 900.',
    ),
    BatchSize: whole(1, 100, 100, 'Items asked for with one request (page size).'),
    TimeoutMinutes: whole(
      0,
      100_000,
      30,
      'How long a job may take over all its deliveries, in minutes; then it fails with code timeout and keeps its checkpoint. 0: no limit.',
    ),
    Concurrency: whole(1, 10, 5, 'How many messages of one event are worked on at once.'),
    LeaseSeconds: whole(
      2,
      600,
      60,
      'How long a job stays with a worker that gives no sign of life, in seconds. A message stays hidden a quarter longer.',
    ),
    Announce: flag(
      true,
      'Whether each step of a job is told to listeners of the channel sync_jobs. Commits that tell wait for one another over the whole server; turn it off beyond some 50 workers.',
    ),
  }),
  Queue: z.object({
    Url: address('Queue the jobs come from; jobs that are paused or busy are sent there again.'),
    DeadLetterUrl: address('Queue for messages that cannot be read.'),
    Endpoint: address("Another endpoint for SQS, such as a local one. Default: the region's."),
    Region: text("AWS region of the queues. Default: the environment's (AWS_REGION)."),
  }),
  Secrets: z.object({
    Prefix: z
      .string()
      .default('billing-sync/{tenantId}/')
      .describe(
        "What the name of a secret must begin with that a job's accessToken refers to; {tenantId} stands for the job's tenant.",
      )
      .meta({ expected: 'text' }),
    Endpoint: address(
      "Another endpoint for Secrets Manager and Parameter Store, such as a local one. Default: the region's.",
    ),
    Region: text("AWS region of parameters named as ssm:/NAME. Default: the environment's (AWS_REGION)."),
  }),
  Log: z.object({
    Level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe lines that are logged.'),
  }),
})

export type Settings = z.infer<typeof settingsSchema>
