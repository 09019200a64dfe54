import type { Item } from '../json/item.ts'
import type { Change } from './resource.ts'

/* How a provider describes the live events that it sends. No I/O: the core verifies, routes, fetches and writes. */

/** How an event arrived, without its body. */
export interface Arrived {
  /** The bus of a cloud, on which only the provider can put events, or an endpoint, where the signature must prove it. */
  readonly via: 'eventbridge' | 'eventgrid' | 'webhook'
  /** The destination of a bus (`ed_61…`), or the random name of the endpoint. */
  readonly from: string
  /** The headers of a webhook by their names in lower case, or the metadata that a bus has instead: Shopify's topic. */
  readonly headers: Readonly<Record<string, string>>
}

/** A webhook as it was sent. */
export interface SignedEvent {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  /** What is signed with the body, by `event_routes`: the id of PayPal's webhook, Square's notification URL. Else null. */
  readonly signedFor: string | null
  /** The certificate of `certificateUrl`, whose chain was checked, in PEM. Null if the provider has none. */
  readonly certificate: string | null
  /** When it arrived, by a clock that the sender does not set. */
  readonly receivedAt: Date
}

export type Verdict = 'genuine' | 'forged' | 'too-old' | 'unsigned'

/** An event about a person or the account itself instead of an object. */
export interface Lifecycle {
  readonly kind: 'deauthorized' | 'erase-customer' | 'erase-account' | 'export-customer'
  /** The provider's id of the customer; null if the event is about the whole account. */
  readonly customer: string | null
  /** Ids of other objects that it names: orders of a customer, whom their rows may not name. Absent: none. */
  readonly objects?: readonly string[]
}

/** A provider's part of live events. All pure. */
export interface LiveEvents {
  /** Whether the provider has signed the event with one of these secrets. Absent: its webhooks have no signature. */
  verify?(signed: SignedEvent, secrets: readonly string[]): Verdict
  /**
   * Where the certificate is that the provider has signed the event with. Null if the headers name none, or one of another
   * host than the provider's. Absent: it signs with a secret.
   */
  certificateUrl?(headers: SignedEvent['headers']): URL | null
  /** The headers that `verify`, `route` and `read` need, in lower case. */
  readonly headers: readonly string[]
  /** The key in `event_routes` of the account that the event belongs to: `acct_1A live`. */
  route(event: Item, arrived: Arrived): string
  /** What changed; null if no resource stores it. An object in another shape than lists have it is null: it is fetched. */
  read(event: Item, arrived: Arrived): Change | Lifecycle | null
}

export const isLifecycle = (read: Change | Lifecycle): read is Lifecycle => 'kind' in read
