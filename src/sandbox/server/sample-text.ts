import type { Random } from './random.ts'

/** One of the values, drawn. */
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random() % values.length]
  if (value === undefined) throw new RangeError('sandbox: nothing to pick from')
  return value
}

/** True about once in `n` draws. */
export function oneIn(random: Random, n: number): boolean {
  return random() % n === 0
}

/** Names as customers type them: accents, combining marks, right to left, four-byte characters, quotes. */
export const firstNames = [
  'Anna',
  'Zoë',
  'Łukasz',
  'Noémie',
  'Jose\u0301',
  'Nguyễn',
  'سارة',
  'נועה',
  '美咲',
  '지훈',
  'Ольга',
  'Siân',
  "D'Arcy",
  'Þóra',
  'Ἀλέξανδρος',
  'प्रिया',
  '𝒥ulia',
  'Chidi',
]
export const lastNames = [
  'Müller',
  "O'Brien",
  'García-Núñez',
  'Øster',
  'Çelik',
  'de la Cruz',
  'Smith',
  'الزهراني',
  'כהן',
  '佐藤',
  '김',
  'Иванова',
  'Škvorecký',
  'Van der "Bart" Berg',
]
export const companies = [
  '🌱 Green & Sons GmbH',
  'Ünïcode <Systems> Ltd',
  'ACME\\Holdings Inc.',
  'カフェ・ド・東京 株式会社',
  'Børge & Datter A/S',
  '👩‍👩‍👧‍👦 Family Foods',
  'Société Générale d’Électricité',
]
export const places = [
  { city: 'Berlin', country: 'DE', postal_code: '10115', state: null, currency: 'eur', locale: 'de-DE' },
  { city: 'München', country: 'DE', postal_code: '80331', state: 'Bayern', currency: 'eur', locale: 'de-DE' },
  { city: 'São Paulo', country: 'BR', postal_code: '01310-100', state: 'SP', currency: 'brl', locale: 'pt-BR' },
  { city: '東京都', country: 'JP', postal_code: '100-0001', state: '東京', currency: 'jpy', locale: 'ja-JP' },
  { city: 'Reykjavík', country: 'IS', postal_code: '101', state: null, currency: 'isk', locale: 'is-IS' },
  { city: 'San Francisco', country: 'US', postal_code: '94103', state: 'CA', currency: 'usd', locale: 'en-US' },
  { city: 'New York', country: 'US', postal_code: '10001', state: 'NY', currency: 'usd', locale: 'en-US' },
  { city: 'القاهرة', country: 'EG', postal_code: '11511', state: null, currency: 'egp', locale: 'ar-EG' },
  { city: 'Kraków', country: 'PL', postal_code: '30-001', state: null, currency: 'pln', locale: 'pl-PL' },
] as const
export const notes = [
  'Prefers invoices by e-mail on the first working day of the month; the purchase order number must be on each of them.',
  'Upgraded from the starter plan after the trial. Asked for a quote for 250 seats, see the conversation in the ticket system.',
  'Übernommen aus dem Altsystem; Rechnungsanschrift geprüft. “Bitte nicht anrufen.”',
  'Line one\nLine two\twith a tab, a \\ backslash, and a separator\u2028here.',
  'メールでのご連絡をお願いします。請求書はPDFで送付してください。✅',
]
