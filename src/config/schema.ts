import * as z from 'zod'
import { providerSections } from './provider-sections.ts'
import {
  address,
  files,
  flag,
  listenAddress,
  names,
  queueAddress,
  secret,
  standardQueue,
  text,
  whole,
} from './setting-kinds.ts'

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
  ...providerSections,
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
    Concurrency: whole(
      1,
      10,
      5,
      'How many messages the worker handles at once: of one event in Lambda, of the queue in a container.',
    ),
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
    Listen: listenAddress(
      'Address and port of `/livez` and `/readyz` of a [container](containers.md#probes), such as 0.0.0.0:8080. Without it: none. The image sets it.',
    ),
  }),
  Queue: z.object({
    Url: queueAddress(
      'Address of the queue that jobs come from. The worker sends paused and busy jobs there again. Its beginning chooses the transport. Lambda takes SQS only. A queue of SQS is a standard queue, not FIFO.',
    ),
    DeadLetterUrl: standardQueue(
      'URL of the dead-letter queue of SQS, for messages that cannot be read. The other transports name theirs after the queue.',
    ),
    EventsUrl: queueAddress(
      'Address of the queue that [live events](live-events.md) come from, another one than that of jobs, on any transport. Without it: no live events.',
    ),
    EventsDeadLetterUrl: standardQueue(
      'URL of the dead-letter queue of SQS for live events. The other transports name theirs after the queue.',
    ),
    Endpoint: address('Another endpoint for SQS, such as a local one. Without it: the endpoint of the region.'),
    Region: text('AWS region of the queues. Without it: AWS_REGION of the environment.'),
  }),
  Receiver: z.object({
    Listen: listenAddress(
      'Address and port at which a container receives [webhooks](live-events.md#the-receiver), such as 0.0.0.0:8090. Without it: none. In Lambda a function of its own does.',
    ),
  }),
  Schedules: z.object({
    Tick: flag(
      true,
      'Whether a container sends the jobs of [schedules](operations.md#schedules). Of several containers one does so at a time. In Lambda a function of its own does.',
    ),
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
  Page: z.object({
    Listen: listenAddress(
      'Address and port of [the page](page.md). An address that others can reach needs `Page.Token`. Without it: 127.0.0.1:8484, and a container serves no page.',
    ),
    Token: secret(
      'The password of the page, at least 16 characters. With it the page can cancel jobs and send them again.',
    ),
    Connection: secret(
      'Connection string of the login that the page reads with, a member of billing_sync_reader. Without it: `ConnectionStrings.DefaultConnection`.',
    ),
    Hosts: names(
      'Names under which people reach the page, without ports, such as that of a proxy. A request for another name is refused.',
    ),
  }),
  Telemetry: z.object({
    Namespace: z
      .string()
      .trim()
      .regex(/^[\w./#:-]{1,255}$/)
      .default('billing-sync')
      .describe('Namespace of the [metrics](metrics.md) in CloudWatch. Only Lambda writes them there.')
      .meta({ expected: 'at most 255 letters, digits and ./_-#:' }),
  }),
  Log: z.object({
    Level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is logged.'),
  }),
})

export type Settings = z.infer<typeof settingsSchema>
