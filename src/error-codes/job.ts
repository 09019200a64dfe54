import type { Explanation } from './explanation.ts'

/** Codes of messages, of jobs and of the worker. */
export const jobCodes = {
  unreadable_message: {
    happened: 'The message is not a JSON object, or does not name a job with `jobId`, `tenantId` and `providerName`.',
    do: 'Correct the sender and send a new message. Delete the copy in the dead-letter queue.',
    retried: 'dead letter',
  },
  received_too_often: {
    happened: 'Workers received the message as often as the queue allows, and none ended its delivery.',
    do: 'Look for the `messageId` in the logs of the workers. Mend the cause, then send the dead letters back: `billing-sync queue redrive`.',
    retried: 'dead letter',
  },
  job_belongs_to_another: {
    happened: 'The `jobId` belongs to a job of another tenant or provider. The worker touched no data.',
    do: 'Find the sender: it mixes tenants up or uses a `jobId` twice. Send the job again with a new `jobId`.',
    retried: 'dead letter',
  },
  job_id_reused: {
    happened:
      'The `jobId` belongs to a job that was sent with another body. The error names the fields that differ. The worker read nothing.',
    do: 'Send the message with a new `jobId`. A message may only repeat a `jobId` with the same body; the token does not count.',
    retried: 'dead letter',
  },
  invalid_request: {
    happened:
      'The message names a job, but one of its fields has a value that is not allowed. The error names the field.',
    do: 'Correct the field and send the job with a new `jobId`.',
    retried: 'no',
  },
  unknown_provider: {
    happened: 'The worker has no provider of the name in `providerName`.',
    do: 'Use a provider that the error lists.',
    retried: 'no',
  },
  unknown_resource: {
    happened: 'The provider has no resource of a name in `additionalData.resources`.',
    do: 'Use names of [resources](resources.md).',
    retried: 'no',
  },
  tenant_erased: {
    happened: 'The tenant was erased. The worker reads and stores nothing of an erased tenant.',
    do: 'Stop sending jobs for this tenant, or [let the tenant back](operations.md#erase).',
    retried: 'no',
  },
  timeout: {
    happened:
      'The job was worked on for longer than `Worker.TimeoutMinutes` over all its deliveries. Its rows and its checkpoint stay.',
    do: 'Send the same `jobId` again: the job goes on from its checkpoint. Raise `Worker.TimeoutMinutes`; 0 means no limit.',
    retried: 'no',
  },
  stalled: {
    happened: 'Three paused deliveries, or ten whose workers died, ended one after another without a commit.',
    do: 'Read the error, which says what the job waited for. Give the function more memory or more time. Then send the same `jobId` again: the job goes on from its checkpoint.',
    retried: 'no',
  },
  checkpoint_newer: {
    happened: 'A newer version of the worker wrote the checkpoint of the job, and this one cannot read it.',
    do: 'Deploy the newer version everywhere. The message comes back to the queue until then, and nothing is lost.',
    retried: 'outage',
  },
  checkpoint_unreadable: {
    happened: 'The checkpoint of the job was written by another version of the worker.',
    do: 'Send the job with a new `jobId`, or the same `jobId` with `"force_refresh": true`. Either starts over.',
    retried: 'no',
  },
  progress_unreadable: {
    happened: 'The progress of the job was written by another version of the worker.',
    do: 'Send the job with a new `jobId`, or the same `jobId` with `"force_refresh": true`. Either starts over.',
    retried: 'no',
  },
  fenced: {
    happened: 'Another worker took the job over, because this worker gave no sign of life for `Worker.LeaseSeconds`.',
    do: 'Nothing. If it happens often, look for workers that freeze, or raise `Worker.LeaseSeconds`.',
    retried: 'other worker',
  },
  internal: {
    happened: 'The worker failed with an error that it does not expect. The log has the cause and its stack.',
    do: 'Report a bug with that line of the log.',
    retried: 'yes',
  },
  invalid_setting: {
    happened: 'A setting is wrong or misspelt. The worker does not start, and messages wait in the queue.',
    do: 'Correct what the message names; [configuration](configuration.md) has all settings. Then deploy again.',
    retried: 'next start',
  },
  invalid_custom_provider: {
    happened:
      'A manifest or a module of a custom provider cannot be used. The message names the file, the place in it and what is wrong. The worker does not start, and messages wait in the queue.',
    do: 'Correct what the message names; [custom providers](custom-providers.md) explains each field. Then deploy again.',
    retried: 'next start',
  },
  row_security_bypassed: {
    happened: 'The database login is a superuser or has `BYPASSRLS`, so Postgres does not keep tenants apart.',
    do: 'Give the worker a [login of its own](operations.md#logins).',
    retried: 'nothing failed',
  },
  login_owns_tables: {
    happened:
      'The database login owns the tables. It may change them and switch row-level security off, which the worker does not need.',
    do: 'Give the worker a [login of its own](operations.md#logins). Keep the owner for migrations.',
    retried: 'nothing failed',
  },
  invalid_item: {
    happened: 'An item of the provider lacks a field that its table needs, such as its id. It is in `sync_rejects`.',
    do: 'Look at the reason in `sync_rejects`, and report a bug if the item is right.',
    retried: 'next read',
  },
  too_deep: {
    happened: 'An item is nested too deep to be written as JSON. It is in `sync_rejects`.',
    do: 'Nothing, or shorten the metadata of the item at the provider.',
    retried: 'next read',
  },
} as const satisfies Readonly<Record<string, Explanation>>
