/** Who tries again after an error: see `docs/errors.md`, which is made from this file. */
export type Retried = 'yes' | 'no' | 'next job' | 'dead letter' | 'other worker' | 'next read' | 'nothing failed'

interface Explanation {
  readonly happened: string
  readonly do: string
  readonly retried: Retried
}

/** Every error code that the worker writes or logs, in the order of `docs/errors.md`. A code never changes its meaning. */
export const errorCodes = {
  unreadable_message: {
    happened: 'The message is not a JSON object, or does not name a job with `jobId`, `tenantId` and `providerName`.',
    do: 'Correct the sender and send a new message. Delete the copy in the dead-letter queue.',
    retried: 'dead letter',
  },
  job_belongs_to_another: {
    happened: 'The `jobId` belongs to a job of another tenant or provider. The worker touched no data.',
    do: 'Find the sender: it mixes tenants up or uses a `jobId` twice. Send the job again with a new `jobId`.',
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
  provider_not_available: {
    happened: 'The provider is declared, but this version cannot read it yet.',
    do: 'Use `stripe`.',
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
      'The job took longer than `Worker.TimeoutMinutes` over all its deliveries. Its rows and its checkpoint stay.',
    do: 'Send the same `jobId` again: the job goes on from its checkpoint. Raise `Worker.TimeoutMinutes`; 0 means no limit.',
    retried: 'no',
  },
  stalled: {
    happened: 'Three paused deliveries, or ten whose workers died, ended one after another without a commit.',
    do: 'Read the log. Give the function more memory or more time, or find out why the provider does not answer.',
    retried: 'no',
  },
  checkpoint_unreadable: {
    happened: 'The checkpoint of the job was written by another version of the worker.',
    do: 'Send the job again with `"force_refresh": true` to start over.',
    retried: 'no',
  },
  progress_unreadable: {
    happened: 'The progress of the job was written by another version of the worker.',
    do: 'Send the job again with a new `jobId`.',
    retried: 'no',
  },
  fenced: {
    happened: 'Another worker took the job over, because this worker gave no sign of life for `Worker.LeaseSeconds`.',
    do: 'Nothing. If it happens often, look for workers that freeze, or raise `Worker.LeaseSeconds`.',
    retried: 'other worker',
  },
  no_credentials: {
    happened:
      'The message has no `accessToken` and its tenant is not `Stripe.ApiKeyTenant`, or it needs `Stripe.ApiKey`, which is not set.',
    do: "Send the tenant's own key, a reference to it, or a connected account as `accessToken`. Or set `Stripe.ApiKey` and `Stripe.ApiKeyTenant`.",
    retried: 'no',
  },
  bad_credentials: {
    happened: 'The `accessToken` has the form of no Stripe key and no connected account.',
    do: 'Send a secret key (`sk_…`), a restricted key (`rk_…`) or an account id (`acct_…`).',
    retried: 'no',
  },
  publishable_key: {
    happened: 'The `accessToken` is a publishable key (`pk_…`), which cannot read data.',
    do: 'Send a secret key (`sk_…`) or a restricted key (`rk_…`).',
    retried: 'no',
  },
  bad_secret_reference: {
    happened: 'The `accessToken` begins like a reference to a secret, but the rest of it is not a name.',
    do: 'Use one of the forms that the error lists.',
    retried: 'no',
  },
  secret_not_allowed: {
    happened: 'The reference names a secret outside the prefix of the tenant.',
    do: 'Move the secret below `Secrets.Prefix`, or change the setting.',
    retried: 'no',
  },
  secret_not_found: {
    happened: 'The secret store has no secret of this name.',
    do: 'Create the secret, or correct the name. Then send the job with a new `jobId`.',
    retried: 'no',
  },
  secret_denied: {
    happened: 'The role of the worker may not read the secret or the key it is encrypted with.',
    do: 'Allow the role `secretsmanager:GetSecretValue` or `ssm:GetParameter` on it, and `kms:Decrypt` for a key of your own.',
    retried: 'no',
  },
  secret_unusable: {
    happened: 'The secret can be read, but it is not a text, or it lacks the field that the reference names.',
    do: 'Correct the secret or the reference. Then send the job with a new `jobId`.',
    retried: 'no',
  },
  secret_unavailable: {
    happened: 'The secret store did not answer, or asked to wait.',
    do: 'Nothing at first. If it goes on, check the network of the function and the status of AWS.',
    retried: 'yes',
  },
  key_not_accepted: {
    happened: 'The provider does not accept the key (401). It was revoked, rolled or mistyped.',
    do: 'Put a valid key into the secret, or send one with a new job.',
    retried: 'no',
  },
  account_mismatch: {
    happened: 'The job began with one account of the provider, and its credentials now belong to another.',
    do: 'Send a new `jobId` for the other account, or this one with credentials of the first account.',
    retried: 'no',
  },
  account_invalid: {
    happened: 'The platform key has no access to the connected account. The account may have revoked it.',
    do: 'Let the account connect again, or stop sending its jobs.',
    retried: 'no',
  },
  permission_denied: {
    happened: 'The key may not read this resource (403).',
    do: 'Add the permission to the [restricted key](operations.md#restricted-stripe-keys), or leave the resource out.',
    retried: 'next job',
  },
  not_available: {
    happened: 'The account does not have this product of the provider, so it has no such list.',
    do: 'Nothing, or leave the resource out.',
    retried: 'next job',
  },
  not_found: {
    happened: 'The provider does not know the address or the object that was asked for (404).',
    do: 'Nothing, or leave the resource out.',
    retried: 'next job',
  },
  rate_limited: {
    happened: 'The provider answered 429 for longer than the worker waits inside a delivery.',
    do: 'Nothing at first. If it goes on, lower `Stripe.RequestsPerSecond`, or look for other programs that use the account.',
    retried: 'yes',
  },
  provider_busy: {
    happened: 'The provider asked to try again, for example because an object is locked.',
    do: 'Nothing.',
    retried: 'yes',
  },
  provider_unavailable: {
    happened: 'The provider failed with a 5xx status, or with an answer that has none.',
    do: "Nothing at first. If it goes on, look at the provider's status page.",
    retried: 'yes',
  },
  provider_unreachable: {
    happened: 'The connection to the provider failed or ended before the answer was complete.',
    do: 'If it goes on, check the network of the function: in a VPC it needs a NAT gateway.',
    retried: 'yes',
  },
  provider_response: {
    happened: 'The provider answered with something that is not the expected JSON.',
    do: 'If it goes on, check `Stripe.ApiBase` and any proxy on the way.',
    retried: 'yes',
  },
  provider_refused: {
    happened: 'The provider refused the request as wrong (4xx). The error has the status and the code of the provider.',
    do: 'Look the code up in the documentation of the provider, and report a bug.',
    retried: 'no',
  },
  provider_clock: {
    happened: "The answer of the provider is dated far ahead of the database's clock. The worker stored nothing of it.",
    do: 'Set the clock of the database server, or of the proxy between. Then the job goes on.',
    retried: 'yes',
  },
  provider_contract: {
    happened:
      'The provider broke a rule that reading depends on. For example, a list has more items but does not move on.',
    do: 'Report a bug with the message of the error.',
    retried: 'no',
  },
  answer_too_large: {
    happened:
      'An answer is larger than the worker reads. The worker asked for smaller pages, and one item is still too large.',
    do: 'Report a bug with the resource.',
    retried: 'yes',
  },
  cursor_gone: {
    happened: 'The object after which a page should begin was deleted. The worker reads that part again.',
    do: 'Nothing.',
    retried: 'yes',
  },
  host_refused: {
    happened: 'The host of the provider leads to an address that is not public. The worker made no connection.',
    do: 'Check `Stripe.ApiBase` and the name server.',
    retried: 'yes',
  },
  no_database: {
    happened: 'No connection string is set, or its root certificate cannot be read.',
    do: 'Set `ConnectionStrings.DefaultConnection`. Check the path of `Root Certificate`.',
    retried: 'yes',
  },
  database_unavailable: {
    happened:
      'Postgres cannot be reached, or ended the connection. The message has its code, such as ECONNREFUSED or 53300.',
    do: 'Check the server, its connection limit, the security groups and the routes of the VPC.',
    retried: 'yes',
  },
  database_certificate: {
    happened: 'The connection to Postgres cannot be encrypted and verified as `SSL Mode` demands.',
    do: 'Correct `Root Certificate`, the certificate of the server, or `SSL Mode`.',
    retried: 'yes',
  },
  database_privilege: {
    happened: 'The database login may not do what the worker needs (42501).',
    do: 'Make the login a [member of `billing_sync_worker`](operations.md#logins).',
    retried: 'yes',
  },
  database_schema: {
    happened: 'Tables or columns are missing or differ: the code is newer than the database.',
    do: '[Migrate](operations.md#migrate).',
    retried: 'yes',
  },
  database_data: {
    happened: 'Postgres refused a value of the row of the job itself.',
    do: 'Report a bug with the SQLSTATE of the message.',
    retried: 'yes',
  },
  database_error: {
    happened: 'Postgres failed in a way that the worker does not know. The log has the cause.',
    do: 'Look the SQLSTATE up in the manual of PostgreSQL, appendix A, and report a bug.',
    retried: 'yes',
  },
  internal: {
    happened: 'The worker failed with an error that it does not expect. The log has the cause and its stack.',
    do: 'Report a bug with that line of the log.',
    retried: 'yes',
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
  invalid_setting: {
    happened: 'A setting is wrong or misspelt. The worker does not start, and messages wait in the queue.',
    do: 'Correct what the message names; [configuration](configuration.md) has all settings. Then deploy again.',
    retried: 'yes',
  },
  row_security_bypassed: {
    happened: 'The database login is a superuser or has `BYPASSRLS`, so Postgres does not keep tenants apart.',
    do: 'Give the worker a [login of its own](operations.md#logins).',
    retried: 'nothing failed',
  },
} as const satisfies Readonly<Record<string, Explanation>>

export type ErrorCode = keyof typeof errorCodes
