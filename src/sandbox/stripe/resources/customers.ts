import { randomText } from '../../server/ids.ts'
import { oneIn, pick, type Random } from '../../server/random.ts'
import { cities, companies, firstNames, lastNames, notes } from '../../server/sample-text.ts'
import type { GenerationInput, Resource, StripeObject } from '../resource.ts'

/** Customers of API 2026-10-28.endive, about 1.5 kB each. */
export const customers: Resource = {
  path: '/v1/customers',
  object: 'customer',
  idPrefix: 'cus_',
  createdField: 'created',
  count: (customers) => customers,
  generate,
  shared,
  filters: {
    email: (customer, value) => customer.email === value,
    test_clock: (customer, value) => customer.test_clock === value,
  },
  hidden: (customer, filters) => customer.test_clock !== null && filters.test_clock === undefined,
  expandable: {
    default_source: () => ({}),
    discount: () => ({}),
    invoice_settings: () => ({}),
    test_clock: () => ({}),
    sources: (customer) => ({ sources: emptyList(customer, 'sources') }),
    subscriptions: (customer) => ({ subscriptions: emptyList(customer, 'subscriptions') }),
    tax_ids: (customer) => ({ tax_ids: emptyList(customer, 'tax_ids') }),
  },
  deleted: 'stub',
}

function generate({ id, created, livemode, random }: GenerationInput): StripeObject {
  return {
    id,
    object: 'customer',
    balance: oneIn(random, 8) ? -(random() % 50_000) : 0,
    created,
    delinquent: oneIn(random, 30),
    discount: oneIn(random, 20) ? discount(id, created, randomText(random, 24)) : null,
    email: oneIn(random, 15) ? null : `billing+${id.slice(4).toLowerCase()}@example-${random() % 5_000}.com`,
    invoice_prefix: randomText(random, 8).toUpperCase(),
    livemode,
    next_invoice_sequence: 1 + (random() % 40),
    phone: oneIn(random, 3) ? null : `+49${100_000_000 + (random() % 899_999_999)}`,
    test_clock: null,
  }
}

function shared(random: Random) {
  const person = `${pick(random, firstNames)} ${pick(random, lastNames)}`
  const city = pick(random, cities)
  const company = oneIn(random, 4)
  const name = oneIn(random, 12) ? null : company ? pick(random, companies) : person
  const address = {
    city: city.name,
    country: city.country,
    line1: `${pick(random, lastNames)} ${1 + (random() % 240)}`,
    line2: oneIn(random, 3) ? `Etage ${random() % 12}` : null,
    postal_code: city.postal_code,
    state: city.state,
  }
  return {
    address: oneIn(random, 10) ? null : address,
    currency: oneIn(random, 30) ? null : city.currency,
    default_source: null,
    description: oneIn(random, 6) ? null : pick(random, notes),
    invoice_settings: {
      custom_fields: company ? [{ name: 'PO number', value: `PO-${random() % 100_000}` }] : null,
      default_payment_method: oneIn(random, 3) ? null : `pm_${randomText(random, 24)}`,
      footer: company ? 'Zahlbar innerhalb von 30 Tagen ohne Abzug.' : null,
      rendering_options: oneIn(random, 4) ? { amount_tax_display: 'include_inclusive_tax', template: null } : null,
    },
    metadata: metadata(random() % 100_000, company),
    name,
    preferred_locales: oneIn(random, 2) ? [city.locale, 'en'] : [],
    shipping: oneIn(random, 3) ? null : { address, name: name ?? person, phone: null },
    tax_exempt: pick(random, ['none', 'none', 'none', 'exempt', 'reverse']),
  }
}

function metadata(number: number, company: boolean) {
  const fields = {
    account_number: String(number),
    crm_url: `https://crm.example.com/organisations/${number}/people/${number * 7}?tab=billing`,
    contract: `Rahmenvertrag ${number} vom 12. März, Laufzeit 24 Monate, Kündigungsfrist drei Monate zum Quartalsende, §7 beachten`,
    erp_reference: `erp:tenant-4/company-02/debtor-${number}/ledger-main/rev-3/9f86d081884c7d659a2feaa0c55ad015`,
    signup_source: 'landing-page:pricing/2024-q3?utm_source=newsletter&utm_campaign=autumn',
    segment: 'self-serve',
    internal_note: '{"plan":"growth","seats":12,"legacy":{"id":"a-93","region":"eu-central"},"flags":["beta","tax"]}',
  }
  return company ? { ...fields, vat_checked_at: '2026-02-03T10:11:12Z', segment: 'enterprise ★' } : fields
}

function discount(customer: string, start: number, text: string) {
  return {
    id: `di_${text}`,
    object: 'discount',
    checkout_session: null,
    customer,
    customer_account: null,
    end: null,
    invoice: null,
    invoice_item: null,
    promotion_code: null,
    source: { coupon: 'WELCOME20', type: 'coupon' },
    start,
    subscription: null,
    subscription_item: null,
  }
}

function emptyList(customer: StripeObject, field: string) {
  return { object: 'list', data: [], has_more: false, url: `/v1/customers/${customer.id}/${field}` }
}
