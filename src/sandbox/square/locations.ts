import { createIds } from '../server/ids.ts'
import { seedFor } from '../server/random.ts'
import type { SquareObject } from './square-object.ts'
import { timestamp } from './timestamps.ts'

export interface SquareLocation {
  readonly id: string
  readonly currency: string
  readonly country: string
  readonly active: boolean
  /** As the API shows it. */
  readonly object: SquareObject
}

/** The number of the main location, which lists fall back to if a request names none. */
export const mainLocation = 0
/** The number of the location that was closed. Its payments are years old and still belong to the merchant. */
export const inactiveLocation = 3

/** So many locations of one merchant, opened before its first payment. Each template after the last repeats the first. */
export function createLocations(count: number, seed: number, merchant: string, opened: number): SquareLocation[] {
  const ids = createIds('L', seedFor(seed, 'locations'))
  return Array.from({ length: count }, (_, n) => {
    const template = templates[n % templates.length] ?? templates[0]
    const { name, currency, country, timezone, city } = template
    const id = ids.idOf(n).toUpperCase()
    const active = n !== inactiveLocation
    return {
      id,
      currency,
      country,
      active,
      object: {
        id,
        name: n < templates.length ? name : `${name} ${n}`,
        address: { address_line_1: `${n + 1} Market Street`, locality: city, postal_code: '10115', country },
        timezone,
        capabilities: active ? ['CREDIT_CARD_PROCESSING', 'AUTOMATIC_TRANSFERS'] : [],
        status: active ? 'ACTIVE' : 'INACTIVE',
        created_at: timestamp(opened + n * 3_600_000),
        merchant_id: merchant,
        country,
        language_code: 'en-US',
        currency,
        business_name: name,
        type: n % 3 === 2 ? 'MOBILE' : 'PHYSICAL',
        business_hours: {
          periods: [{ day_of_week: 'MON', start_local_time: '09:00:00', end_local_time: '18:00:00' }],
        },
        coordinates: { latitude: 52.52, longitude: 13.405 },
        mcc: '5812',
      },
    }
  })
}

const templates = [
  { name: 'Main Street', currency: 'USD', country: 'US', timezone: 'America/New_York', city: 'New York' },
  { name: 'カフェ 東京', currency: 'JPY', country: 'JP', timezone: 'Asia/Tokyo', city: '東京都' },
  { name: 'Zoë’s Café', currency: 'EUR', country: 'FR', timezone: 'Europe/Paris', city: 'Paris' },
  { name: 'Åben Gade (closed)', currency: 'GBP', country: 'GB', timezone: 'Europe/London', city: 'London' },
  { name: 'سوق المباركية', currency: 'KWD', country: 'KW', timezone: 'Asia/Kuwait', city: 'الكويت' },
] as const
