import { oneIn, pick } from '../../server/random.ts'
import { cities, companies, firstNames, lastNames, notes } from '../../server/sample-text.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, timestamp } from '../timestamps.ts'

export const customers: Resource = {
  idPrefix: '',
  count: (payments) => Math.max(20, Math.floor(payments / 4)),
  created: (n, data) => data.moment('customers', n),
  updated,
  generate(n, data) {
    const random = data.draw('customers', n)
    const isCompany = oneIn(random, 5)
    const names = { given_name: pick(random, firstNames), family_name: pick(random, lastNames) }
    const { country, name: locality, postal_code } = pick(random, cities)
    return {
      created_at: timestamp(data.moment('customers', n)),
      updated_at: timestamp(updated(n, data)),
      ...(isCompany && oneIn(random, 2) ? {} : names),
      ...(isCompany ? { company_name: pick(random, companies) } : {}),
      ...(oneIn(random, 6) ? {} : { email_address: `customer${n}@example.com` }),
      ...(oneIn(random, 2) ? { phone_number: `+1212${String(random() % 10_000_000).padStart(7, '0')}` } : {}),
      ...(oneIn(random, 3) ? { address: { address_line_1: `${n} Main Street`, locality, postal_code, country } } : {}),
      ...(oneIn(random, 4) ? { note: pick(random, notes), reference_id: `crm-${n}`, birthday: '1990-02-28' } : {}),
      preferences: { email_unsubscribed: oneIn(random, 3) },
      creation_source: pick(random, ['THIRD_PARTY', 'DIRECTORY', 'INVOICES', 'INSTANT_PROFILE']),
      ...(oneIn(random, 3) ? { group_ids: ['GROUP0REGULARS'], segment_ids: [`${data.merchant}.REACHABLE`] } : {}),
      version: 1 + (n % 3),
    }
  },
}

/** One customer in three was changed since. */
function updated(n: number, data: Dataset): number {
  const created = data.moment('customers', n)
  return n % 3 === 0 ? Math.min(created + ((n * 7) % 300) * day + 1, data.now) : created
}
