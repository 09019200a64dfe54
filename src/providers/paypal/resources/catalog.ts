import * as tables from '../../../db/schema.ts'
import type { Query } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, integer, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { PayPalConnection } from '../connection.ts'
import { numberedPage, pageNumber, retrieveAt } from '../list.ts'
import { currencyOf, money } from '../readers.ts'
import type { PayPalResource } from '../resource.ts'

/** The catalogue takes no time and gives 20 at most: each job reads it whole. */
const pageSize = 20

const catalogList = (path: string, name: string) => async (paypal: PayPalConnection, query: Query) => {
  const parameters = { page: String(pageNumber(query)), page_size: String(query.limit), total_required: 'true' }
  return numberedPage(await paypal.get(path, parameters), { query, name })
}

const cyclesOf = (plan: Fields) => (list(plan.billing_cycles) ?? []).map(fields)
const regular = (plan: Fields) => cyclesOf(plan).find(({ tenure_type: tenure }) => tenure === 'REGULAR') ?? {}
const scheme = (plan: Fields) => fields(regular(plan).pricing_scheme)
const frequency = (cycle: Fields) => fields(cycle.frequency)

/** How many units are between two payments. PayPal's specification has 1 where it is left out. */
function intervalCount(cycle: Fields): number | null {
  const { interval_unit: unit, interval_count: count } = frequency(cycle)
  return text(unit) === null ? null : count === undefined ? 1 : integer(count)
}

const daysIn: Readonly<Record<string, number>> = { DAY: 1, WEEK: 7, MONTH: 30, YEAR: 365 }

/** Days of the trial cycles; null if there is none or one has no end. */
function trialDays(plan: Fields): number | null {
  const trials = cyclesOf(plan).filter(({ tenure_type: tenure }) => tenure === 'TRIAL')
  if (trials.length === 0) return null
  let days = 0
  for (const trial of trials) {
    const unitDays = daysIn[text(frequency(trial).interval_unit) ?? ''] ?? Number.NaN
    days += unitDays * (intervalCount(trial) ?? 1) * (integer(trial.total_cycles) ?? 1)
  }
  return Number.isFinite(days) && days > 0 ? days : null
}

/** Products. What the list leaves out of them, PayPal shows by id only. */
export const products: PayPalResource<typeof tables.products> = {
  name: 'products',
  table: tables.products,
  owner: null,
  pageSize,
  list: catalogList('/v1/catalogs/products', 'products'),
  retrieve: (paypal, id) => retrieveAt(paypal, `/v1/catalogs/products/${encodeURIComponent(id)}`),
  row: mapping<typeof tables.products>({
    name: text,
    description: text,
    type: text,
    metadata: derived((item) => metadataOf(item, 'category', 'home_url', 'image_url')),
    createdAt: at(dateTime, 'create_time'),
    updatedAt: at(dateTime, 'update_time'),
    ...absent('active', 'defaultPriceId', 'unitLabel', 'taxCodeId', 'livemode'),
  }),
}

/** Plans, with the regular cycle as their price. Of a plan with tiers the price is in the payload. */
export const prices: PayPalResource<typeof tables.prices> = {
  name: 'prices',
  table: tables.prices,
  owner: null,
  pageSize,
  list: catalogList('/v1/billing/plans', 'plans'),
  retrieve: (paypal, id) => retrieveAt(paypal, `/v1/billing/plans/${encodeURIComponent(id)}`),
  row: mapping<typeof tables.prices>({
    productId: at(reference, 'product_id'),
    active: derived(({ status }) => status === 'ACTIVE'),
    inline: derived(() => false),
    currency: derived((plan) => currencyOf(scheme(plan).fixed_price)),
    type: derived(() => 'recurring'),
    unitAmount: derived((plan) => money(scheme(plan).fixed_price)),
    interval: derived((plan) => text(frequency(regular(plan)).interval_unit)?.toLowerCase() ?? null),
    intervalCount: derived((plan) => intervalCount(regular(plan))),
    trialPeriodDays: derived(trialDays),
    tiersMode: derived((plan) => text(scheme(plan).pricing_model)),
    nickname: at(text, 'name'),
    metadata: derived((item) => metadataOf(item, 'description', 'quantity_supported', 'usage_type')),
    createdAt: at(dateTime, 'create_time'),
    updatedAt: at(dateTime, 'update_time'),
    ...absent(
      'round',
      'currencyOptions',
      'billingScheme',
      'unitAmountDecimal',
      'usageType',
      'meterId',
      'divideBy',
      'taxBehavior',
      'lookupKey',
      'livemode',
    ),
  }),
}
