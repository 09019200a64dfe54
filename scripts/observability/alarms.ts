import { type Alarm, anyIn, type CloudWatchAlarm, deadLetters, fn, queue, slow, tick, worker } from './alarm.ts'
import { eventAlarms } from './event-alarms.ts'
import { gained, select } from './promql.ts'

/** The built-in providers. CloudWatch alarms name each metric, so those of custom providers are not in them. */
const providers = ['stripe', 'paypal', 'square', 'shopify'] as const

/** Fewer requests in five minutes say little about a share. */
const fewRequests = 20

const onlyLambda = { absent: 'A container has no such limit.' }

/** Every alarm, in the order of docs/operations.md. */
export const alarms: readonly Alarm[] = [
  {
    name: 'DeadLettersAlarm',
    about: 'Messages are in the dead-letter queue. Read their reasons, fix the cause, then redrive them.',
    cloudWatch: anyIn(60, deadLetters('ApproximateNumberOfMessagesVisible')),
    prometheus: { expression: `max(${select('billing_sync.queue.messages', { state: 'dead' })}) > 0`, for: '1m' },
  },
  {
    name: 'NewDeadLettersAlarm',
    about: 'One more message is in the dead-letter queue than a minute ago, whatever was there before.',
    cloudWatch: {
      ...anyIn(60, deadLetters('ApproximateNumberOfMessagesVisible')),
      expression: 'DIFF(m)',
    },
    prometheus: {
      expression: `max(${select('billing_sync.queue.messages', { state: 'dead' })}) - max(${select('billing_sync.queue.messages', { state: 'dead' })} offset 2m) > 0`,
      for: '0m',
    },
  },
  {
    name: 'QueueAgeAlarm',
    about:
      'The oldest message has waited for more than 30 minutes. Start more workers, or find out why no worker takes it.',
    // SQS counts a message that is worked on too, for up to the 15 minutes of one invocation.
    cloudWatch: {
      period: 60,
      metrics: { m: queue('ApproximateAgeOfOldestMessage') },
      expression: 'm',
      threshold: 1_800,
      periods: 5,
    },
    prometheus: { expression: `max(${select('billing_sync.queue.oldest.age')}) > 1800`, for: '5m' },
  },
  {
    name: 'QuietTenantsAlarm',
    about:
      'A tenant without a backlog has waited for more than 20 minutes. Raise maximumConcurrency; docs/performance.md says how far.',
    // An invocation, and five minutes.
    cloudWatch: {
      period: 60,
      metrics: { m: queue('ApproximateAgeOfOldestMessageInQuietGroups') },
      expression: 'm',
      threshold: 1_200,
      periods: 5,
    },
    prometheus: { absent: 'Only SQS measures it.' },
  },
  {
    name: 'CannotWorkAlarm',
    about:
      'The worker could not start or could not claim a job, for example without a database. Its log says why. Messages wait in the queue.',
    cloudWatch: anyIn(300, worker('billing_sync.cannot_work', 'Sum')),
    // A container that cannot start has no metrics at all.
    prometheus: {
      expression: `${gained(select('billing_sync.cannot_work'), '5m')} > 0 or absent(${select('billing_sync.lanes')})`,
      for: '1m',
    },
  },
  {
    name: 'ForeignJobsAlarm',
    about:
      'A message named a job of another tenant and was refused. Find its sender; a copy is in the dead-letter queue.',
    cloudWatch: anyIn(300, worker('billing_sync.messages.dead', 'Sum', { code: 'job_belongs_to_another' })),
    prometheus: {
      expression: `${gained(select('billing_sync.messages.dead', { code: 'job_belongs_to_another' }), '5m')} > 0`,
      for: '0m',
    },
  },
  {
    name: 'OutageAlarm',
    about:
      'Jobs have been retrying for an hour. The provider, the database or the secret store may be down; sync_jobs.waiting_for says what.',
    cloudWatch: anyIn(900, worker('billing_sync.job.retries', 'Sum'), 4),
    prometheus: { expression: `${gained(select('billing_sync.job.retries'), '15m')} > 0`, for: '45m' },
  },
  {
    name: 'FailedKeysAlarm',
    about:
      "Five jobs or more failed within an hour because of their keys, secrets or permissions. One revoked key may be its tenant's business; many are not.",
    cloudWatch: { ...anyIn(3_600, worker('billing_sync.job.failures', 'Sum', { kind: 'auth' })), threshold: 4 },
    prometheus: { expression: `${gained(select('billing_sync.job.failures', { kind: 'auth' }), '1h')} > 4`, for: '0m' },
  },
  {
    name: 'GaveUpAlarm',
    about: 'A job failed for a cause that may be over. Send the same jobId again, and it goes on from its checkpoint.',
    cloudWatch: anyIn(300, worker('billing_sync.job.failures', 'Sum', { kind: 'gave_up' })),
    prometheus: {
      expression: `${gained(select('billing_sync.job.failures', { kind: 'gave_up' }), '5m')} > 0`,
      for: '0m',
    },
  },
  {
    name: 'RejectedJobsAlarm',
    about: 'A job failed for what its message asks for or what the provider answered. Trying again does not help.',
    cloudWatch: anyIn(300, worker('billing_sync.job.failures', 'Sum', { kind: 'rejected' })),
    prometheus: {
      expression: `${gained(select('billing_sync.job.failures', { kind: 'rejected' }), '5m')} > 0`,
      for: '0m',
    },
  },
  {
    name: 'StaleAccountsAlarm',
    about: 'An account has had no successful job for longer than its schedule allows.',
    cloudWatch: anyIn(300, worker('billing_sync.accounts.stale', 'Maximum'), 3),
    prometheus: { expression: `max(${select('billing_sync.accounts.stale')}) > 0`, for: '15m' },
  },
  {
    name: 'StuckJobsAlarm',
    about: 'An open job has made no step for an hour beyond the time that it waits for. Its message may be lost.',
    cloudWatch: anyIn(300, worker('billing_sync.jobs.stuck', 'Maximum'), 3),
    prometheus: { expression: `max(${select('billing_sync.jobs.stuck')}) > 0`, for: '15m' },
  },
  {
    name: 'SchedulePausedAlarm',
    about:
      'A schedule is paused, because its jobs were refused or its account was disconnected. Mend the cause that it names, then resume it.',
    cloudWatch: anyIn(300, worker('billing_sync.schedules', 'Maximum', { state: 'refused' })),
    prometheus: { expression: `max(${select('billing_sync.schedules', { state: 'refused' })}) > 0`, for: '5m' },
  },
  {
    name: 'LateSchedulesAlarm',
    about: 'A schedule has been due for ten minutes without a job, or no tick reports. The tick may have stopped.',
    cloudWatch: {
      period: 300,
      metrics: { m: worker('billing_sync.schedules.late', 'Maximum') },
      expression: 'm',
      threshold: 600,
      periods: 2,
      missing: 'missing',
    },
    prometheus: { expression: `max(${select('billing_sync.schedules.late')}) > 600`, for: '5m' },
  },
  {
    name: 'ErasureOverdueAlarm',
    about: 'A request to erase or to export is overdue. Carry it out now, and tell who answers for it.',
    cloudWatch: anyIn(300, worker('billing_sync.erasure.requests', 'Maximum', { state: 'overdue' })),
    prometheus: {
      expression: `max(${select('billing_sync.erasure.requests', { state: 'overdue' })}) > 0`,
      for: '5m',
    },
  },
  {
    name: 'ErasureDueSoonAlarm',
    about: 'A request to erase or to export is due within a week. Nothing carries it out by itself.',
    cloudWatch: anyIn(300, worker('billing_sync.erasure.requests', 'Maximum', { state: 'due_soon' })),
    prometheus: {
      expression: `max(${select('billing_sync.erasure.requests', { state: 'due_soon' })}) > 0`,
      for: '5m',
    },
  },
  {
    name: 'TickAlarm',
    about:
      "The tick has failed for five minutes, or Lambda did not start it, so that no schedule's jobs are sent. Its log says why.",
    // The next tick makes up for one that fails.
    cloudWatch: {
      period: 60,
      metrics: { failed: tick('Errors', 'Sum'), throttled: tick('Throttles', 'Sum') },
      expression: 'FILL(failed, 0) + FILL(throttled, 0)',
      threshold: 0,
      periods: 5,
    },
    prometheus: { absent: 'A container has no function of the tick. `BillingSyncLateSchedules` tells.' },
  },
  {
    name: 'NoMessagesAlarm',
    about:
      'No message has come for a day, and there are schedules. The queue of the worker may not be the queue of the tick.',
    cloudWatch: {
      period: 3_600,
      metrics: {
        schedules: worker('billing_sync.schedules', 'Maximum', { state: 'active' }),
        messages: worker('messaging.client.consumed.messages', 'Sum'),
      },
      // A missing value counts as 0 in a sum, and not in a comparison.
      expression: 'IF(schedules > 0 AND messages + 0 * schedules < 1, 1, 0)',
      threshold: 0,
      periods: 24,
    },
    prometheus: {
      expression: `max(${select('billing_sync.schedules', { state: 'active' })}) > 0 and on() (${gained(select('messaging.client.consumed.messages'), '1d')} or vector(0)) == 0`,
      for: '1h',
    },
  },
  {
    name: 'ErrorsAlarm',
    about:
      'A delivery crashed, or an invocation ended without an answer: it crashed, ran out of memory or ran into its timeout.',
    cloudWatch: {
      period: 60,
      metrics: {
        errors: fn('Errors', 'Sum'),
        crashes: worker('billing_sync.job.outcomes', 'Sum', { outcome: 'crashed' }),
      },
      expression: 'errors + crashes',
      threshold: 0,
      periods: 1,
    },
    prometheus: {
      expression: `${gained(select('billing_sync.job.outcomes', { outcome: 'crashed' }), '5m')} > 0`,
      for: '0m',
    },
  },
  {
    name: 'ThrottlesAlarm',
    about: 'Lambda refused to start a worker. The account has less concurrency left than maximumConcurrency.',
    cloudWatch: anyIn(60, fn('Throttles', 'Sum'), 5),
    prometheus: onlyLambda,
  },
  {
    name: 'DurationAlarm',
    about: 'A worker came within 10 seconds of its timeout. It should have paused its job well before.',
    cloudWatch: slow(fn('Duration', 'Maximum'), 'sync'),
    prometheus: { expression: `${gained(select('billing_sync.deliveries.late'), '5m')} > 0`, for: '0m' },
  },
  {
    name: 'ConcurrencyAlarm',
    about:
      'All workers have been busy for 15 minutes, and messages wait. Start more of them; docs/performance.md says how far.',
    cloudWatch: {
      period: 60,
      metrics: {
        workers: fn('ConcurrentExecutions', 'Maximum'),
        waiting: queue('ApproximateNumberOfMessagesVisible'),
      },
      expression: `IF(waiting > 0, workers - \${param:maximumConcurrency} + 1, 0)`,
      threshold: 0,
      periods: 15,
    },
    prometheus: {
      expression: `sum(${select('billing_sync.lanes', { state: 'free' })}) == 0 and on() max(${select('billing_sync.queue.messages', { state: 'waiting' })}) > 0`,
      for: '15m',
    },
  },
  {
    name: 'ProviderThrottlesAlarm',
    about:
      'A provider has refused more than 10 % of the requests for 15 minutes, because of its limits. Another program may use the same key.',
    cloudWatch: throttledShare(),
    prometheus: {
      expression: `sum by (provider) (rate(${select('billing_sync.provider.throttled')}[5m])) / sum by (provider) (rate(${select('billing_sync.provider.requests')}[5m])) > 0.1 and sum by (provider) (increase(${select('billing_sync.provider.requests')}[5m])) >= ${fewRequests}`,
      for: '15m',
    },
  },
  ...eventAlarms,
]

function throttledShare(): CloudWatchAlarm {
  const metrics = providers.flatMap((provider) => [
    [`r_${provider}`, worker('billing_sync.provider.requests', 'Sum', { provider })] as const,
    [`t_${provider}`, worker('billing_sync.provider.throttled', 'Sum', { provider })] as const,
  ])
  const shares = providers.map(
    (provider) => `IF(r_${provider} >= ${fewRequests}, 100 * t_${provider} / r_${provider}, 0)`,
  )
  return {
    period: 300,
    metrics: Object.fromEntries(metrics),
    expression: `MAX([${shares.join(', ')}])`,
    threshold: 10,
    periods: 3,
  }
}
