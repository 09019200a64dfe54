import { badParameter, Refusal } from '../refusal.ts'
import type { GenerationInput, Resource } from '../resource.ts'

/** The events of the last thirty days. Only changes make events, so none are generated. */
export const events: Resource = {
  path: '/v1/events',
  object: 'event',
  idPrefix: 'evt_',
  createdField: 'created',
  keptFor: 30 * 86_400,
  count: () => 0,
  generate: ({ id, created, livemode }: GenerationInput) => ({
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
    type: (event, value) => matchesPattern(String(event.type), value),
    'types[]': (event, value) => value.split(',').includes(String(event.type)),
    delivery_success: () => true,
  },
  checkFilters({ type, 'types[]': types }) {
    if (type !== undefined && types !== undefined)
      throw new Refusal(400, { message: 'You may only specify one of these parameters: type, types.' })
    if (types !== undefined && types.split(',').length > 20)
      throw badParameter('types', 'You may specify at most 20 event types.')
  },
  expandable: {},
  deleted: 'missing',
}

/** `customer.*` matches every type that begins with `customer.`. */
function matchesPattern(type: string, pattern: string): boolean {
  const [start = '', ...rest] = pattern.split('*')
  return rest.length === 0 ? type === pattern : type.startsWith(start) && type.endsWith(rest.at(-1) ?? '')
}
