import { oneIn, pick } from '../../server/random.ts'
import { cities, firstNames, lastNames, notes } from '../../server/sample-text.ts'
import { nestedGid, numericPart } from '../gids.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, timestamp } from '../timestamps.ts'

export const customers: Resource = {
  type: 'Customer',
  count: (orders) => Math.max(20, Math.floor(orders / 4)),
  moments: {
    created: { field: 'createdAt', at: created },
    updated: { field: 'updatedAt', at: updated },
  },
  generate(n, data) {
    const random = data.draw('customers', n)
    const id = data.id('customers', n)
    const named = !oneIn(random, 12)
    const [firstName, lastName] = named ? [pick(random, firstNames), pick(random, lastNames)] : [null, null]
    const email = oneIn(random, 8) ? null : `customer${n}@example.com`
    const city = pick(random, cities)
    const address = oneIn(random, 4)
      ? null
      : {
          id: nestedGid('MailingAddress', id, 0),
          __typename: 'MailingAddress',
          address1: `${n + 1} Main Street`,
          city: city.name,
          countryCodeV2: city.country,
          provinceCode: city.state && city.state.length === 2 ? city.state : null,
          zip: city.postal_code,
        }
    return {
      legacyResourceId: String(numericPart(id)),
      createdAt: timestamp(created(n, data)),
      updatedAt: timestamp(updated(n, data)),
      displayName: named ? `${firstName} ${lastName}` : (email ?? 'No name'),
      firstName,
      lastName,
      state: pick(random, ['DISABLED', 'DISABLED', 'ENABLED', 'INVITED', 'DECLINED']),
      locale: city.locale.slice(0, 2),
      note: oneIn(random, 5) ? pick(random, notes) : null,
      tags: oneIn(random, 3) ? ['VIP', 'newsletter'].slice(0, 1 + (random() % 2)) : [],
      taxExempt: oneIn(random, 20),
      verifiedEmail: email !== null,
      numberOfOrders: String(random() % 40),
      amountSpent: money(random() % 2_000_000, data.shop.currency),
      email,
      phone: null,
      defaultEmailAddress: email && {
        __typename: 'CustomerEmailAddress',
        emailAddress: email,
        marketingState: pick(random, ['SUBSCRIBED', 'NOT_SUBSCRIBED', 'UNSUBSCRIBED', 'PENDING']),
        validFormat: true,
      },
      defaultPhoneNumber: oneIn(random, 3)
        ? { __typename: 'CustomerPhoneNumber', phoneNumber: `+1212${String(random() % 10_000_000).padStart(7, '0')}` }
        : null,
      defaultAddress: address,
      addressesV2: address ? [address] : [],
      metafields: oneIn(random, 6) ? metafieldsOf(id, 1 + (random() % 25)) : [],
    }
  },
}

function metafieldsOf(owner: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: nestedGid('Metafield', owner, index),
    __typename: 'Metafield',
    namespace: 'custom',
    key: `field_${index}`,
    type: 'single_line_text_field',
    value: `value ${index} ✓`,
  }))
}

function created(n: number, data: Dataset): number {
  return data.moment('customers', n)
}

/** One customer in three was changed since. */
function updated(n: number, data: Dataset): number {
  return n % 3 === 0 ? Math.min(created(n, data) + ((n * 7) % 300) * day + 1, data.now) : created(n, data)
}
