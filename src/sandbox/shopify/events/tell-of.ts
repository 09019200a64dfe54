import { randomUUID } from 'node:crypto'
import type { ProviderEvent } from '../../server/announcements.ts'
import { numericPart } from '../gids.ts'
import type { ResourceName } from '../names.ts'
import type { ShopifyObject } from '../shopify-object.ts'
import { timestamp } from '../timestamps.ts'

/** A change of an object as the mutations make it. */
export interface Change {
  readonly resource: ResourceName
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly object: Pick<ShopifyObject, 'id'>
  /** Unix milliseconds. */
  readonly at: number
}

/** The first word of a topic, and its last word for each kind of change. A topic that Shopify does not have is undefined. */
const topics: Readonly<
  Partial<Record<ResourceName, readonly [string, Readonly<Partial<Record<Change['kind'], string>>>]>>
> = {
  customers: ['customers', { created: 'create', updated: 'update', deleted: 'delete' }],
  orders: ['orders', { created: 'create', updated: 'updated', deleted: 'delete' }],
  products: ['products', { created: 'create', updated: 'update', deleted: 'delete' }],
  sellingPlanGroups: ['selling_plan_groups', { created: 'create', updated: 'update', deleted: 'delete' }],
  subscriptionContracts: ['subscription_contracts', { created: 'create', updated: 'update' }],
  disputes: ['disputes', { created: 'create', updated: 'update' }],
}

/**
 * The event of a change; undefined if Shopify sends none. The body has the object as the REST API has it, of which these are
 * the fields that name it. shopify.dev/docs/api/webhooks
 */
export function eventOf(domain: string, { resource, kind, object, at }: Change): ProviderEvent | undefined {
  const [subject, words] = topics[resource] ?? []
  const action = words?.[kind]
  if (subject === undefined || action === undefined) return undefined
  const [id, type] = [randomUUID(), `${subject}/${action}`]
  const named = { id: numericPart(object.id), admin_graphql_api_id: object.id }
  const body = kind === 'deleted' ? { id: named.id } : { ...named, updated_at: timestamp(Math.floor(at / 1_000)) }
  const headers = {
    'Content-Type': 'application/json',
    'X-Shopify-Topic': type,
    'X-Shopify-Shop-Domain': domain,
    'X-Shopify-Webhook-Id': id,
    'X-Shopify-Triggered-At': new Date(at).toISOString(),
    'X-Shopify-API-Version': '2026-10',
  }
  return { id, type, body: JSON.stringify(body), headers }
}
