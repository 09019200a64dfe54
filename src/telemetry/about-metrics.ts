import type { MetricName } from './metrics.ts'

/** What each metric measures. These texts are apart from the list, so that the bundle for Lambda does not hold them. */
export const aboutMetrics: Readonly<Record<MetricName, string>> = {
  'messaging.client.consumed.messages': 'Deliveries of messages that ended, each delivery of a message once.',
  'messaging.process.duration': 'Time of a delivery, from the message to the answer to the queue.',
  'billing_sync.deliveries.late':
    'Deliveries that ended less than ten seconds before their limit. A delivery that is killed is not counted.',
  'billing_sync.job.outcomes': 'Deliveries by the way they ended, with the code of the error.',
  'billing_sync.job.duration': 'Time of a job that ended, over all its deliveries, without the time between them.',
  'billing_sync.job.failures':
    'Jobs that failed for good. `kind` is `auth` for a key or a secret, `gave_up` for a cause that may be over, and `rejected` for any other.',
  'billing_sync.job.retries':
    'Failed attempts at jobs that are tried again, and minutes in which a job waits for its provider for longer than 15 minutes.',
  'billing_sync.lease.lost': 'Deliveries that another worker took the job from.',
  'billing_sync.rows': 'Committed rows. `action` is `created`, `updated`, `unchanged`, `deleted` or `rejected`.',
  'billing_sync.provider.requests':
    'Requests that a provider answered or failed to answer. `status` is `ok` or the code of the error.',
  'billing_sync.provider.throttled': 'Requests that a provider refused because of its limits.',
  'billing_sync.messages.dead':
    'Messages that the worker copied to the dead-letter queue. Those that the queue gave up by itself are not counted.',
  'billing_sync.events':
    'Live events by what became of them: `applied`, `skipped` for an account that is not active, `hidden` until later, or `dead`.',
  'billing_sync.events.forged': 'Live events whose signature does not fit, on the queue or at the receiver.',
  'billing_sync.event.lag': 'Time from the queue to the commit of a live event.',
  'billing_sync.events.queue.messages':
    'Messages in the queue of live events of a container: `waiting`, `in_flight`, `delayed` or `dead`.',
  'billing_sync.events.oldest.age':
    'Time that the oldest message of this queue has waited. RabbitMQ does not tell it, and SQS has a metric of its own.',
  'billing_sync.webhooks': 'Webhooks by the status that the receiver answered with.',
  'billing_sync.cannot_work':
    'Times that the worker could not start, could not claim a job in the database, or could not read there which account live events belong to.',
  'billing_sync.lanes':
    'Lanes of a container that are `busy` with a message or `free`. Lambda has its own metric of concurrency.',
  'billing_sync.queue.messages': 'Messages in the queue: `waiting`, `in_flight`, `delayed` or `dead`.',
  'billing_sync.queue.oldest.age':
    'Time that the oldest message of the queue has waited. RabbitMQ does not tell it, and SQS has a metric of its own.',
  'billing_sync.jobs': 'Jobs that have not ended, by status.',
  'billing_sync.jobs.stuck': 'Open jobs that have made no step for an hour beyond the time that they wait for.',
  'billing_sync.accounts.stale': 'Accounts with a schedule whose last success is older than the schedule allows.',
  'billing_sync.account.sync.age.max':
    'Age of the last success of the account with a schedule that has waited longest.',
  'billing_sync.events.silent':
    'Accounts with a route of live events and a schedule, whose jobs find new objects while no event comes.',
  'billing_sync.schedules':
    'Schedules that are `active`, `paused` by a person, or `refused`, because their jobs failed one after another or their account was disconnected.',
  'billing_sync.schedules.late': 'Time for which the schedule that waits longest has been due without a job.',
  'billing_sync.erasure.requests':
    'Open requests to erase or to export: `waiting`, `due_soon` for those due within a week, or `overdue`.',
}
