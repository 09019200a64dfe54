/**
 * The stable names of log lines (`event`), each with its meaning. Alarms and queries match these; sentences may change.
 * Where a line is about an error, its `code` says which.
 */
export const logEvents = {
  worker_not_started: 'The worker could not start, as for a wrong setting. Every message of the event is redelivered.',
  worker_started: 'The worker of a container receives messages from now on.',
  worker_stopped: 'The worker of a container was asked to stop, and its jobs are paused.',
  probes_served: 'The worker of a container answers `/livez` and `/readyz` from now on.',
  page_served: 'The worker of a container serves the page.',
  page_shows_nothing: 'The login of the page sees one tenant at a time, so that the page has no rows.',
  queue_away: 'The worker cannot receive messages. It tries again every 1 to 30 seconds.',
  queue_back: 'The worker receives messages again.',
  setting_unknown: 'The configuration has a field that the worker does not know. The worker ignores it.',
  row_security_bypassed: 'The database login sees the rows of all tenants. Postgres does not keep them apart.',
  login_owns_tables: 'The database login owns the tables, and may do more than the worker needs.',
  message_unreadable: 'A message names no job. A copy goes to the dead-letter queue.',
  message_refused: 'A message names a job of another tenant or provider. A copy goes to the dead-letter queue.',
  heartbeat_failed:
    'The queue did not extend the time for which a message is hidden. The lease in the database still holds.',
  queue_unconfirmed: 'The queue did not confirm a call. The message is redelivered.',
  delivery_crashed: 'A delivery ended with an unexpected error. The message is redelivered.',
  job_not_claimed: 'The worker could not claim a job in the database. The message is redelivered.',
  job_busy: 'Another worker holds the job or its account. The message is sent again with a delay.',
  job_already_ended: 'The job had ended before this delivery. The message is acknowledged.',
  job_started: 'A worker began a job.',
  job_resumed: 'A worker went on with a job from its checkpoint.',
  job_paused: 'The invocation ran out of time. The progress is saved, and the job is sent again.',
  mrr_not_computed:
    'Changes of a job or of live events are committed, and their MRR could not be computed. The next job of the account does it.',
  job_completed: 'The job is done. The line carries its result.',
  job_failed: 'The job failed for good. The line carries its result.',
  job_retrying: 'An attempt failed. The job is tried again after a back-off.',
  job_not_stored: 'A job failed and its row could not be written. The message is redelivered.',
  job_ended_elsewhere: 'Somebody ended the job while the worker was at it, for example by cancelling it.',
  job_taken_over: 'Another worker took the job over. This worker stopped and wrote nothing more.',
  job_became_full: 'An incremental job could not rely on the feed of changes and reads everything.',
  key_replaced: 'The provider refused the key, and the secret store has a new one. The job goes on with the new one.',
  request_retrying: 'A request to the provider failed. It is made again after a wait.',
  resource_skipped: 'The key or the account cannot read a resource. The job goes on with the others.',
  rows_not_searched:
    'Rows that nothing names any more may be left, because the search for them took longer than a statement may.',
  schedules_ticked: 'The jobs of schedules that are due in the coming minute are sent.',
  schedule_not_sent: 'The queue did not take the job of a schedule. The next tick sends it again.',
  schedule_paused:
    'The jobs of a schedule were refused three times in a row. No more are sent until a person resumes it.',
  tick_failed: 'A tick could not be made, for example without a database. The next minute has another.',
  events_committed: 'Live events of an account are committed.',
  events_failed: 'Live events of an account, or of all accounts, are not committed. The queue delivers them again.',
  event_dead: 'A live event is not applied. A dead letter has the reason and not the payload.',
  event_not_authenticated:
    'The signature of a live event could not be checked, for example because a secret could not be read. The queue delivers the event again.',
  account_disconnected:
    'A provider said that an account is disconnected. Its schedules are paused, `count` of them. The line says if a person must look at others.',
  erasure_requested:
    'A provider asks to erase or to export data about a person or an account. Carry it out with `billing-sync erase --pending` or `billing-sync export --pending`.',
  webhook_refused: 'The receiver answered a webhook with 401, because its signature does not fit.',
  webhook_failed: 'The receiver could not take a webhook, for example without a database. Its provider sends it again.',
  receiver_served: 'The worker of a container receives webhooks from now on.',
  batch_committed: 'Rows and checkpoint of a batch are committed.',
} as const satisfies Readonly<Record<string, string>>

export type LogEvent = keyof typeof logEvents
