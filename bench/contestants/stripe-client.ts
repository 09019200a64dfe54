import Stripe from 'stripe'
import { apiKey } from './contestant.ts'

/** stripe-node as it comes, but for the host. */
export function openStripe(url: string): Stripe {
  const { hostname: host, port } = new URL(url)
  return new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false })
}

/** Sends the requests of a client that somebody else made to the Stripe-shaped server. */
export function pointAt(client: object, url: string): void {
  const { hostname: host, port } = new URL(url)
  if (!('_api' in client)) throw new Error('bench: this version of stripe-node keeps its host elsewhere')
  Object.assign(client._api as object, { host, port, protocol: 'http' })
}
