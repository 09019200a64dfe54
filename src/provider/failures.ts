import { type Scope, SyncError } from '../errors.ts'
import { joinSentences } from './sentences.ts'

/**
 * Whether a status says that the provider failed, and not that it refused. 408 is of a request that something between waited
 * for in vain: it may be sent again.
 */
export const isProviderFault = (status: number): boolean => status >= 500 || status < 400 || status === 408

/** A provider as its errors name it: `{ name: 'square', title: 'Square' }`. */
interface Named {
  readonly name: string
  readonly title: string
}

interface Refused {
  /** Status and codes, for the provider's documentation and support. */
  readonly place: string
  /** The provider's own sentence without what looks secret; null if there is none. */
  readonly sentence: string | null
}

/** Makes the errors of a refused request: what was refused, what the provider says, and what to do. */
export const refusalOf =
  ({ name, title }: Named, { place, sentence }: Refused) =>
  (scope: Scope, code: SyncError['code'], what: string, advice?: string): SyncError => {
    const parts = [`${name}: ${what} (${place})`, sentence && `${title} says: "${sentence}"`, advice]
    return new SyncError('reject', code, joinSentences(parts), { scope })
  }

/** Makes the errors of answers that are not what the provider's documentation says: of a proxy, or incomplete. */
export const unusableAnswer =
  ({ name, title, statusPage }: Named & { readonly statusPage: string }) =>
  (what: string): SyncError =>
    new SyncError(
      'retry',
      'provider_response',
      `${name}: an answer ${what}. If it goes on, look at ${statusPage}, and at proxies between the worker and ${title}.`,
      { scope: 'provider' },
    )
