import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const writing = ['write', 'poisoned', 'deletions', 'count-check', 'crash', 'frozen', 'stripe-', 'statements'].map(
  (name) => `test/integration/${name}`,
)
const delivering = ['outcomes', 'continuation', 'concurrency', 'notifications', 'accounts'].map(
  (name) => `test/integration/${name}`,
)

const reading = [
  ...['endings', 'refusals', 'cursors', 'stripe-incremental', 'known-lists', 'late-events', 'short-invocation'].map(
    (name) => `test/integration/${name}`,
  ),
  ...['accounts.test', 'asking-failures', 'deletions', 'paypal.test'].map((name) => `test/integration/${name}`),
  'test/secrets/job',
]

/** The tests that are to notice a mutation, by the beginning of the file's path. The first that fits holds. */
const suites: readonly (readonly [prefix: string, tests: readonly string[]])[] = [
  [
    'src/job/state/',
    ['test/job/state', 'test/erasure/discount', 'test/integration/write', 'test/integration/continuation'],
  ],
  [
    'src/job/commit/',
    ['test/job/', ...writing, 'test/erasure/', 'test/faults/commit', 'test/faults/write', 'test/faults/database'],
  ],
  ['src/job/request', ['test/job/']],
  ['src/job/revenue', ['test/revenue/interrupted', 'test/revenue/synced']],
  ['src/job/', ['test/job/', ...delivering, ...writing, 'test/faults/delivery', 'test/faults/database']],
  ['src/sync/estimate/', ['test/sync/estimate/', 'test/integration/estimate']],
  [
    'src/sync/',
    ['test/sync/', 'test/integration/stripe-', 'test/integration/deletions', 'test/integration/count-check'],
  ],
  [
    'src/db/',
    [
      'test/db/',
      ...['write', 'poisoned', 'deletions', 'count-check'].map((name) => `test/integration/${name}`),
      'test/faults/database',
    ],
  ],
  ['src/queue/rabbitmq', ['test/queue/rabbitmq', 'test/brokers/rabbitmq-sessions', 'test/brokers/rabbitmq.test']],
  ['src/queue/redis-streams', ['test/queue/redis', 'test/brokers/redis-streams.test']],
  ['src/queue/service-bus', ['test/queue/service-bus']],
  ['src/queue/', ['test/queue/', 'test/worker.test', 'test/integration/outcomes', 'test/faults/messages']],
  ['src/erasure/', ['test/erasure/']],
  ['src/verify/', ['test/verify/', 'test/cli/start.test']],
  ['src/cli/verify', ['test/cli/start.test']],
  ['src/handler', ['test/integration/outcomes-entry', 'test/lambda/']],
  ['src/providers/', ['test/providers/', 'test/integration/stripe-']],
]

const syncing = (...names: readonly string[]) => names.map((name) => `test/sync/${name}.test.ts`)
const expanding = syncing('expand', 'embedded-items', 'read-again')
const taking = syncing('backfill-odd-items', 'backfill-failures', 'backfill-refused', 'several-lists', 'expand')

/** Tests that are about files, though they import others, by the beginning of the file's path. */
const about: readonly (readonly [prefix: string, tests: readonly string[]])[] = [
  ['src/queue/deliver.ts', ['test/queue/deliver.test.ts']],
  ['src/queue/postgres', ['test/queue/postgres.test.ts']],
  ['src/queue/rabbitmq', ['test/brokers/rabbitmq-sessions', 'test/brokers/rabbitmq.test']],
  ['src/queue/redis-streams', ['test/brokers/redis-streams.test']],
  ['src/queue/service-bus', ['test/queue/service-bus']],
  ['src/queue/sqs-', ['test/queue/sqs-intake.test.ts']],
  [
    'src/job/absence.ts',
    [
      'test/job/orphans.test.ts',
      ...['deletions', 'count-check', 'counts', 'stripe-full', 'dates-ahead'].map((name) => `test/integration/${name}`),
    ],
  ],
  ['src/job/drain.ts', reading],
  ['src/job/open-account.ts', ['test/integration/accounts']],
  ['src/job/read.ts', reading],
  [
    'src/sync/backfill.ts',
    syncing('backfill', 'backfill-stops', 'backfill-cursors', 'backfill-failures', 'next-reader'),
  ],
  ['src/sync/changed-object.ts', syncing('change-feed', 'change-feed-pages')],
  ['src/sync/embedded.ts', expanding],
  ['src/sync/expand.ts', expanding],
  ['src/sync/nested.ts', expanding],
  ['src/sync/long-window.ts', [...taking, ...syncing('whole-list-deliveries')]],
  ['src/sync/next-reader.ts', syncing('next-reader', 'several-lists')],
  ['src/sync/take-page.ts', taking],
  [
    'src/sync/splitter.ts',
    syncing('backfill-stops', 'backfill-cursors', 'backfill-failures', 'next-reader', 'several-lists'),
  ],
  ['src/job/outage.ts', ['test/job/run.test.ts', 'test/integration/outages']],
]

/** The tests that import that file themselves and need no worker: seconds, and they notice most mutations. */
export function nearestTests(file: string): readonly string[] {
  const importing = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !/^(?:integration|faults|lambda|cli)\//.test(path))
    .map((path) => join('test', path))
    .filter((path) => readFileSync(path, 'utf8').includes(`/${file}'`))
  const abouts = about.flatMap(([prefix, tests]) => (file.startsWith(prefix) ? tests : []))
  return [...new Set([...importing, ...abouts])].toSorted()
}

/** Filters of vitest for the tests that are to notice a mutation of that file. */
export function suiteOf(file: string): readonly string[] {
  const suite = suites.find(([prefix]) => file.startsWith(prefix))
  if (!suite) throw new Error(`mutation: no tests are named for ${file}. Add them to test/mutations/suites.ts.`)
  return suite[1]
}

/** The rooms that `npm run mutate` takes its mutations from. */
export const rooms = ['src/job/', 'src/sync/', 'src/db/', 'src/queue/'] as const
