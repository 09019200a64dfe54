import * as z from 'zod'
import { duration } from './duration.ts'
import { flag, option, tenantId } from './options.ts'

export const enqueueOptions = z.object({
  tenant: option('UUID', 'the tenant', tenantId),
  provider: option('NAME', 'the provider', z.string().trim().toLowerCase().default('stripe')),
  job: option('UUID', 'the id of the job (a new one)', z.guid('takes a UUID').optional()),
  account: option('ID', 'the account that the credentials must belong to, without its mode', z.string().optional()),
  token: option(
    'REFERENCE',
    'a reference to a secret (arn:…, ssm:/NAME), or the id of a connected account (acct_…)',
    z.string().trim().optional(),
  ),
  tokenStdin: flag('read the access token from standard input, such as a plain key'),
  tokenEnv: option('NAME', 'take the access token from this environment variable', z.string().optional()),
  resources: option(
    'A,B',
    'these resources; default: what a job reads if none are named; all: every list',
    z.string().default('default'),
  ),
  incremental: flag('sync only what changed since the last sync'),
  force: flag('overwrite whatever is stored'),
  batchSize: option('N', 'items in one request', z.string().optional()),
  delay: option(
    'TIME',
    'deliver the message after this time, such as 10m; a queue with a shorter limit waits for its limit',
    duration.optional(),
  ),
  group: option('NAME', 'the group that the queue is fair to (the tenant)', z.string().optional()),
  dryRun: flag('show the message and send nothing'),
  json: flag('one JSON object'),
})

export type EnqueueOptions = z.infer<typeof enqueueOptions>
