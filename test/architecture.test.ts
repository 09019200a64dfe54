import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Tree, violations } from './architecture-rules.ts'

const paths = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
const tree: Tree = Object.fromEntries(paths.map((path) => [path, readFileSync(join('src', path), 'utf8')]))

it('the sources keep to the architecture', () => {
  expect(Object.keys(tree).length).toBeGreaterThan(60)
  expect(violations(tree)).toEqual([])
})

describe('the architecture forbids', () => {
  const from = (specifier: string) => `import { x } from '${specifier}'\n`
  const typeFrom = (specifier: string) => `import type { X } from '${specifier}'\n`
  const bad: Record<string, readonly [path: string, source: string, violation: string]> = {
    'the handler to know this machine': ['handler.ts', from('./local/queue.ts'), 'handler.ts imports local/queue.ts'],
    'the handler to be imported': ['worker.ts', from('./handler.ts'), 'worker.ts imports handler.ts'],
    'a command to be imported': ['local/stack.ts', from('../cli/migrate.ts'), 'local/stack.ts imports cli/migrate.ts'],
    'the worker to import a command': ['worker.ts', from('./cli/query.ts'), 'worker.ts imports cli/query.ts'],
    'the worker to be built by a part of it': [
      'queue/lambda.ts',
      typeFrom('../worker.ts'),
      'queue/lambda.ts imports types of worker.ts',
    ],
    'the worker to read the configuration itself': [
      'worker.ts',
      from('./config/load.ts'),
      'worker.ts imports config/load.ts',
    ],
    'the worker to know this machine': ['worker.ts', from('./local/queue.ts'), 'worker.ts imports local/queue.ts'],
    'a job to know a provider': [
      'job/read.ts',
      typeFrom('../providers/stripe/index.ts'),
      'job/read.ts imports types of providers/stripe/index.ts',
    ],
    'a job to know the registry': [
      'job/read.ts',
      from('../providers/index.ts'),
      'job/read.ts imports providers/index.ts',
    ],
    'a job to know the configuration': [
      'job/run.ts',
      typeFrom('../config/load.ts'),
      'job/run.ts imports types of config/load.ts',
    ],
    'a job to know the queue': ['job/run.ts', from('../queue/queue.ts'), 'job/run.ts imports queue/queue.ts'],
    'a job to know AWS': ['job/run.ts', from('@aws-sdk/client-sqs'), 'job/run.ts imports @aws-sdk/client-sqs'],
    'a job to know what Lambda sends': ['job/run.ts', typeFrom('aws-lambda'), 'job/run.ts imports types of aws-lambda'],
    'a job to choose a sink of the log': ['job/run.ts', from('../log/log.ts'), 'job/run.ts imports log/log.ts'],
    'a job to read a disk': ['job/run.ts', from('node:fs'), 'job/run.ts imports node:fs'],
    'an erasure to run a job': ['erasure/customer.ts', from('../job/run.ts'), 'erasure/customer.ts imports job/run.ts'],
    'an erasure to know a provider': [
      'erasure/ownership.ts',
      typeFrom('../providers/stripe/index.ts'),
      'erasure/ownership.ts imports types of providers/stripe/index.ts',
    ],
    'reading to know jobs': [
      'sync/backfill.ts',
      typeFrom('../job/checkpoint.ts'),
      'sync/backfill.ts imports types of job/checkpoint.ts',
    ],
    'reading to write': ['sync/backfill.ts', from('../db/schema.ts'), 'sync/backfill.ts imports db/schema.ts'],
    'reading to know the database': [
      'sync/backfill.ts',
      typeFrom('../db/open.ts'),
      'sync/backfill.ts imports types of db/open.ts',
    ],
    'reading to log': ['sync/retry.ts', typeFrom('../log/log.ts'), 'sync/retry.ts imports types of log/log.ts'],
    'a provider to know another': [
      'providers/square.ts',
      from('./stripe/failure.ts'),
      'providers/square.ts imports providers/stripe/failure.ts',
    ],
    'a provider to know one with a similar name': [
      'providers/stripe/x.ts',
      from('../stripe-test/y.ts'),
      'providers/stripe/x.ts imports providers/stripe-test/y.ts',
    ],
    'a provider to use the SDK of another': [
      'providers/square.ts',
      from('stripe'),
      'providers/square.ts imports stripe',
    ],
    'a provider to know jobs': [
      'providers/stripe/index.ts',
      typeFrom('../../job/request.ts'),
      'providers/stripe/index.ts imports types of job/request.ts',
    ],
    'a provider to log': [
      'providers/stripe/index.ts',
      typeFrom('../../log/log.ts'),
      'providers/stripe/index.ts imports types of log/log.ts',
    ],
    'a provider to read the configuration': [
      'providers/paypal.ts',
      typeFrom('../config/load.ts'),
      'providers/paypal.ts imports types of config/load.ts',
    ],
    'a provider to retry or wait': [
      'providers/paypal.ts',
      from('../sync/retry.ts'),
      'providers/paypal.ts imports sync/retry.ts',
    ],
    'a provider to open the database': [
      'providers/paypal.ts',
      from('../db/open.ts'),
      'providers/paypal.ts imports db/open.ts',
    ],
    'the registry to be more than one': [
      'providers/index.ts',
      from('../sync/retry.ts'),
      'providers/index.ts imports sync/retry.ts',
    ],
    'the worker to choose a transport': ['worker.ts', from('./queue/sqs.ts'), 'worker.ts imports queue/sqs.ts'],
    'a delivery to know its transport': [
      'queue/deliver.ts',
      typeFrom('./sqs.ts'),
      'queue/deliver.ts imports types of queue/sqs.ts',
    ],
    'a delivery to know what Lambda sends': [
      'queue/deliver.ts',
      typeFrom('aws-lambda'),
      'queue/deliver.ts imports types of aws-lambda',
    ],
    'a transport to know jobs': [
      'queue/rabbitmq.ts',
      typeFrom('../job/outcome.ts'),
      'queue/rabbitmq.ts imports types of job/outcome.ts',
    ],
    'a message to know its transport': [
      'queue/message.ts',
      typeFrom('aws-lambda'),
      'queue/message.ts imports types of aws-lambda',
    ],
    'the queue to know providers': [
      'queue/deliver.ts',
      from('../providers/index.ts'),
      'queue/deliver.ts imports providers/index.ts',
    ],
    'the queue to know the database': [
      'queue/deliver.ts',
      from('../db/open.ts'),
      'queue/deliver.ts imports db/open.ts',
    ],
    'the SDK of SQS outside sqs.ts': [
      'queue/queue.ts',
      typeFrom('@aws-sdk/client-sqs'),
      'queue/queue.ts imports types of @aws-sdk/client-sqs',
    ],
    'the SDK of a secret store outside aws.ts': [
      'secrets/secrets.ts',
      typeFrom('@aws-sdk/client-ssm'),
      'secrets/secrets.ts imports types of @aws-sdk/client-ssm',
    ],
    'a job to know where secrets are kept': [
      'job/read.ts',
      typeFrom('../secrets/secrets.ts'),
      'job/read.ts imports types of secrets/secrets.ts',
    ],
    'the database to know jobs': [
      'db/upsert.ts',
      typeFrom('../job/lease.ts'),
      'db/upsert.ts imports types of job/lease.ts',
    ],
    'the database to know reading': [
      'db/upsert.ts',
      typeFrom('../sync/rows.ts'),
      'db/upsert.ts imports types of sync/rows.ts',
    ],
    'the database to read the configuration': [
      'db/open.ts',
      from('../config/load.ts'),
      'db/open.ts imports config/load.ts',
    ],
    'this machine to know how the worker works': [
      'local/stack.ts',
      from('../job/run.ts'),
      'local/stack.ts imports job/run.ts',
    ],
    'a sandbox to know the worker': [
      'sandbox/stripe/sandbox.ts',
      typeFrom('../../errors.ts'),
      'sandbox/stripe/sandbox.ts imports types of errors.ts',
    ],
    'a sandbox to run the SDK of its vendor': [
      'sandbox/stripe/sandbox.ts',
      from('stripe'),
      'sandbox/stripe/sandbox.ts imports stripe',
    ],
    'a sandbox to know that of another vendor': [
      'sandbox/square/sandbox.ts',
      typeFrom('../stripe/resource.ts'),
      'sandbox/square/sandbox.ts imports types of sandbox/stripe/resource.ts',
    ],
    'the server of the sandboxes to know a vendor': [
      'sandbox/server/limits.ts',
      typeFrom('../stripe/caller.ts'),
      'sandbox/server/limits.ts imports types of sandbox/stripe/caller.ts',
    ],
    'the configuration to log': ['config/load.ts', from('../log/log.ts'), 'config/load.ts imports log/log.ts'],
    'the log to know the configuration': [
      'log/log.ts',
      typeFrom('../config/load.ts'),
      'log/log.ts imports types of config/load.ts',
    ],
    'errors to know anything': ['errors.ts', from('zod'), 'errors.ts imports zod'],
    'a file without a place': ['queues.ts', '', 'queues.ts: has no place in the architecture'],
    'a folder without a place': ['web/server.ts', '', 'web/server.ts: has no place in the architecture'],
    'process.env': [
      'db/open.ts',
      'const a = process.env.PGHOST',
      'db/open.ts: reads process.env, which only config/load.ts does',
    ],
    'process.env in brackets': [
      'db/open.ts',
      `const a = process['env']`,
      'db/open.ts: reads process.env, which only config/load.ts does',
    ],
    'process.env taken apart': [
      'handler.ts',
      'const { env } = process',
      'handler.ts: reads process.env, which only config/load.ts does',
    ],
    'process.env by import': [
      'local/stack.ts',
      from('node:process'),
      'local/stack.ts: reads process.env, which only config/load.ts does',
    ],
    'the console': ['job/run.ts', 'console.log(1)', 'job/run.ts: writes to the console instead of the log'],
    'the console in the handler': [
      'handler.ts',
      'console.error(1)',
      'handler.ts: writes to the console instead of the log',
    ],
    '251 lines': ['job/run.ts', 'x\n'.repeat(251), 'job/run.ts: has 251 lines, at most 250'],
    'a file named after nothing': ['job/utils.ts', '', 'job/utils.ts: "utils" says nothing about what is in it'],
    'a folder named after nothing': [
      'local/common/a.ts',
      '',
      'local/common/a.ts: "common" says nothing about what is in it',
    ],
  }
  it.each(Object.entries(bad))('%s', (_, [path, source, violation]) => {
    expect(violations({ [path]: source })).toEqual([violation])
  })
})
