import * as tables from '../../../db/schema.ts'
import type { Query } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, integer, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { SquareConnection } from '../connection.ts'
import { pageOf, retrieveAt } from '../list.ts'
import { currency } from '../readers.ts'
import type { SquareResource } from '../resource.ts'

/**
 * The whole list, deleted objects as such. It is a request for a thousand objects, and so is not searched by the time of
 * change: a plan has its variations inside, and is not documented to change with them.
 */
async function search(square: SquareConnection, type: string, { cursor, limit }: Query) {
  const body = {
    object_types: [type],
    include_deleted_objects: true,
    limit,
    ...(cursor !== null && { cursor }),
  }
  return pageOf(await square.post('/v2/catalog/search', body), 'objects')
}

const isDeleted = (item: Item) => fields(item.value()).is_deleted === true

const catalogObjects = {
  pageSize: 1_000,
  owner: null,
  gone: isDeleted,
  retrieve: async (square: SquareConnection, id: string) => {
    const { item, observedAt } = await retrieveAt(square, `/v2/catalog/object/${encodeURIComponent(id)}`, 'object')
    return { item: item && isDeleted(item) ? null : item, observedAt }
  },
} as const

/** Subscription plans. */
export const products: SquareResource<typeof tables.products> = {
  ...catalogObjects,
  name: 'products',
  table: tables.products,
  list: (square, query) => search(square, 'SUBSCRIPTION_PLAN', query),
  row: mapping<typeof tables.products>({
    name: at(text, 'subscription_plan_data.name'),
    active: derived((item) => item.is_deleted !== true),
    type: text,
    metadata: derived((item) => metadataOf(item, 'version', 'present_at_all_locations')),
    updatedAt: at(dateTime, 'updated_at'),
    createdAt: at(dateTime, 'created_at'),
    ...absent('description', 'defaultPriceId', 'unitLabel', 'taxCodeId', 'livemode'),
  }),
}

/** How often a phase bills, as a unit and a count; developer.squareup.com, SubscriptionCadence. */
const cadences: Readonly<Record<string, readonly [interval: string, count: number]>> = {
  DAILY: ['day', 1],
  WEEKLY: ['week', 1],
  EVERY_TWO_WEEKS: ['week', 2],
  THIRTY_DAYS: ['day', 30],
  SIXTY_DAYS: ['day', 60],
  NINETY_DAYS: ['day', 90],
  MONTHLY: ['month', 1],
  EVERY_TWO_MONTHS: ['month', 2],
  QUARTERLY: ['month', 3],
  EVERY_FOUR_MONTHS: ['month', 4],
  EVERY_SIX_MONTHS: ['month', 6],
  ANNUAL: ['year', 1],
  EVERY_TWO_YEARS: ['year', 2],
}
const daysOf: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 }

const phasesOf = ({ subscription_plan_variation_data: data }: Fields) => (list(fields(data).phases) ?? []).map(fields)
/** The phase that goes on: the last one. */
const lastPhase = (item: Fields) => phasesOf(item).at(-1) ?? {}
const cadenceOf = (phase: Fields) => (typeof phase.cadence === 'string' ? cadences[phase.cadence] : undefined)
const priceOf = (phase: Fields) =>
  fields(fields(phase.pricing).price ?? fields(phase.pricing).price_money ?? phase.recurring_price_money)

/** Days of the leading phases that cost nothing; null if there are none. */
function trialDays(item: Fields): number | null {
  let days = 0
  for (const phase of phasesOf(item)) {
    const [interval = '', count = 0] = cadenceOf(phase) ?? []
    if (priceOf(phase).amount !== 0) break
    days += (daysOf[interval] ?? 0) * count * (integer(phase.periods) ?? 1)
  }
  return days === 0 ? null : days
}

/** Variations of subscription plans. */
export const prices: SquareResource<typeof tables.prices> = {
  ...catalogObjects,
  name: 'prices',
  table: tables.prices,
  list: (square, query) => search(square, 'SUBSCRIPTION_PLAN_VARIATION', query),
  row: mapping<typeof tables.prices>({
    productId: at(reference, 'subscription_plan_variation_data.subscription_plan_id'),
    active: derived((item) => item.is_deleted !== true),
    inline: derived(() => false),
    currency: derived((item) => currency(priceOf(lastPhase(item)).currency)),
    type: derived(() => 'recurring'),
    unitAmount: derived((item) => integer(priceOf(lastPhase(item)).amount)),
    interval: derived((item) => cadenceOf(lastPhase(item))?.[0] ?? null),
    intervalCount: derived((item) => cadenceOf(lastPhase(item))?.[1] ?? null),
    trialPeriodDays: derived(trialDays),
    nickname: at(text, 'subscription_plan_variation_data.name'),
    metadata: derived((item) => metadataOf(item, 'version', 'present_at_all_locations')),
    updatedAt: at(dateTime, 'updated_at'),
    createdAt: at(dateTime, 'created_at'),
    ...absent(
      'round',
      'currencyOptions',
      'billingScheme',
      'unitAmountDecimal',
      'usageType',
      'meterId',
      'tiersMode',
      'divideBy',
      'taxBehavior',
      'lookupKey',
      'livemode',
    ),
  }),
}
