import type { Arrived, LiveEvents, Verdict } from '../provider/live.ts'
import type { Certificates } from './certificates.ts'
import type { RoutedAccount } from './routes.ts'

export interface AuthenticationDeps {
  /** Opens a reference of the account, from a cache. `refused`: the value that did not fit, so that a newer one is fetched. @throws SyncError */
  openSecret(account: RoutedAccount, reference: string, refused?: string): Promise<string>
  /** The configured signing secrets of a provider's own endpoint. */
  configured(provider: string): readonly string[]
  readonly certificates: Certificates
}

interface Webhook {
  readonly arrived: Arrived
  readonly body: Buffer
  /** When it arrived, by a clock that the sender does not set. */
  readonly receivedAt: Date
}

interface Origin {
  readonly provider: string
  /** Null if no route leads to one: the configured secrets alone may fit. */
  readonly account: RoutedAccount | null
  readonly live: LiveEvents
}

/**
 * Whether the provider of an account has signed a webhook. Secrets that do not fit are fetched once more, since one may have
 * been replaced. @throws SyncError if a secret or a certificate cannot be read
 */
export async function authenticate(
  { arrived, body, receivedAt }: Webhook,
  { provider, account, live }: Origin,
  { openSecret, configured, certificates }: AuthenticationDeps,
): Promise<Verdict> {
  const { verify } = live
  if (!verify) return 'unsigned'
  const { headers } = arrived
  const url = live.certificateUrl?.(headers)
  if (url === null) return 'unsigned'
  const certificate = url === undefined ? null : await certificates.open(url, receivedAt)
  const signed = { body, headers, receivedAt, signedFor: account?.signedFor ?? null, certificate }
  const references = account?.webhookSecrets ?? []
  const open = (reference: string, refused?: string) =>
    account ? openSecret(account, reference, refused) : Promise.resolve('')
  const opened = await Promise.all(references.map((reference) => open(reference)))
  const verdict = verify(signed, [...opened, ...configured(provider)])
  if (verdict !== 'forged' || references.length === 0) return verdict
  const renewed = await Promise.all(references.map((reference, at) => open(reference, opened[at])))
  return renewed.every((secret, at) => secret === opened[at]) ? verdict : verify(signed, renewed)
}
