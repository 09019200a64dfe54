import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'

export interface Event extends StripeObject {
  readonly type: string
  readonly created: number
  readonly api_version: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the snapshot holds
  readonly data: { readonly object: any; readonly previous_attributes?: any }
}
export const events = (sandbox: Sandbox) => sandbox.expected('events') as readonly Event[]
/** The types of all events, sorted. */
export const types = (sandbox: Sandbox) =>
  events(sandbox)
    .map(({ type }) => type)
    .sort()
/** The first object that fits, in list order. */
export const first = (sandbox: Sandbox, name: Parameters<Sandbox['expected']>[0], fits = (_: StripeObject) => true) =>
  sandbox.expected(name).find(fits)!
