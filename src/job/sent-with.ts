import * as z from 'zod'
import { redactSecrets } from '../log/redact.ts'
import type { Provider } from '../provider/contract.ts'
import { readReference } from '../secrets/reference.ts'
import type { SyncJobRequest } from './request.ts'

/**
 * What a message named beside its job's identity and options, as the job's row keeps it in `sent_with`. The job is sent
 * again with it. `reference` is a reference to a secret, or the id of an account that the configured key reads: never a key.
 */
export const sentWith = z.discriminatedUnion('token', [
  z.strictObject({ token: z.enum(['none', 'key']), account: z.string().optional() }),
  z.strictObject({ token: z.enum(['secret', 'account']), reference: z.string(), account: z.string().optional() }),
])

export type SentWith = z.infer<typeof sentWith>

interface Deps {
  /** The provider of that name. @throws SyncError where there is none */
  provider(name: string): Promise<Pick<Provider, 'isAccountName'>>
}

/** As the table demands it. */
const accountName = /^[a-zA-Z]{1,20}[_:]\w{1,250}$/

/** Never throws: a token of any other shape counts as a key. */
export async function sentWithOf(request: SyncJobRequest, deps: Deps): Promise<SentWith> {
  const { account, accessToken } = request
  const named = account === undefined ? {} : { account }
  if (accessToken === undefined) return { token: 'none', ...named }
  if (redactSecrets(accessToken) !== accessToken) return { token: 'key', ...named }
  if (isReference(accessToken)) return { token: 'secret', reference: accessToken, ...named }
  const isAccount = accountName.test(accessToken) && (await namesAccount(request.providerName, accessToken, deps))
  return isAccount ? { token: 'account', reference: accessToken, ...named } : { token: 'key', ...named }
}

function isReference(accessToken: string): boolean {
  try {
    return readReference(accessToken) !== undefined
  } catch {
    return false
  }
}

async function namesAccount(name: string, accessToken: string, { provider }: Deps) {
  try {
    return (await provider(name)).isAccountName?.(accessToken) ?? false
  } catch {
    // The job fails with the reason once it is claimed.
    return false
  }
}
