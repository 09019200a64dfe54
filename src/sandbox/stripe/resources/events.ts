import { badParameter, Refusal } from '../refusal.ts'
import type { Birth, Resource } from '../resource.ts'

/** The feed of what happened, thirty days of it. Only changes make events, so nothing is generated here. */
export const events: Resource = {
  path: '/v1/events',
  object: 'event',
  idPrefix: 'evt_',
  createdField: 'created',
  keptFor: 30 * 86_400,
  count: () => 0,
  generate: ({ id, created, livemode }: Birth) => ({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    data: { object: {} },
    livemode,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type: 'customer.updated',
  }),
  filters: {
    type: (event, value) => matches(String(event.type), value),
    'types[]': (event, value) => value.split(',').includes(String(event.type)),
    delivery_success: () => true,
  },
  check({ type, 'types[]': types }) {
    if (type !== undefined && types !== undefined)
      throw new Refusal(400, { message: 'You may only specify one of these parameters: type, types.' })
    if (types !== undefined && types.split(',').length > 20)
      throw badParameter('types', 'You may specify at most 20 event types.')
  },
  expandable: {},
  deleted: 'missing',
}

/** `customer.*` is everything that begins with `customer.`. */
function matches(type: string, pattern: string): boolean {
  const [start = '', ...rest] = pattern.split('*')
  return rest.length === 0 ? type === pattern : type.startsWith(start) && type.endsWith(rest.at(-1) ?? '')
}
