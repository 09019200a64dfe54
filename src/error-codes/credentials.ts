import type { Explanation } from './explanation.ts'

/** Codes of keys and of the secrets that hold them. */
export const credentialCodes = {
  no_credentials: {
    happened:
      'The message has no `accessToken` and no configured key serves its tenant. Or it names a connected account, and the key of the platform is not configured.',
    do: "Send the tenant's own key, a reference to it, or a connected account as `accessToken`. Or configure a key and its tenant, such as `Stripe.ApiKey` and `Stripe.ApiKeyTenant`.",
    retried: 'no',
  },
  bad_credentials: {
    happened: 'The `accessToken` has no form that the provider of the job takes.',
    do: 'Send one of the forms that the error names; [messages](messages.md#credentials) lists them.',
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
    retried: 'outage',
  },
  key_not_accepted: {
    happened: 'The provider does not accept the key (401). It was revoked, rolled or mistyped.',
    do: 'Put a valid key into the secret, or send one with a new job.',
    retried: 'no',
  },
  account_mismatch: {
    happened:
      'The message names one account of the provider, or the job began with one, and the credentials belong to another.',
    do: 'Send a new `jobId` with credentials of the account that is meant. The failed job is over.',
    retried: 'no',
  },
  account_unknown: {
    happened: 'The key may not ask which account it belongs to, and no stored rows show it. Nothing was written.',
    do: 'Name the account in the message (`"account": "acct_…"`), or send a key that may read its account. Use a new `jobId`.',
    retried: 'no',
  },
  account_busy: {
    happened: 'Another job of the same account is running.',
    do: 'Nothing: the message is sent again, and the job runs when the other one has ended.',
    retried: 'other job',
  },
  account_invalid: {
    happened:
      'The platform key has no access to the connected account, which may have revoked it. Or the shop is inactive, frozen, locked or does not exist (Shopify).',
    do: 'Let the account connect again, let its owner open the shop again, or stop sending its jobs.',
    retried: 'no',
  },
} as const satisfies Readonly<Record<string, Explanation>>
