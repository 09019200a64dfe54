import { readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  currencyCode,
  decimalMoney,
  digitsOf,
  majorUnits,
  minorUnits,
  timesQuantity,
} from '../../src/provider/money.ts'

const largest = 2n ** 63n - 1n
const units = fc.oneof(fc.bigInt({ min: -largest - 1n, max: largest }), fc.bigInt({ min: -100_000n, max: 100_000n }))
const currencies: Readonly<Record<string, number>> = { JPY: 0, EUR: 2, KWD: 3, CLF: 4 }
const currency = fc.constantFrom(...Object.keys(currencies))

/** A number of minor units as a decimal, by cutting its digits. */
function decimalOf(value: bigint, digits: number): string {
  const text = String(value < 0n ? -value : value).padStart(digits + 1, '0')
  const cut = text.length - digits
  return `${value < 0n ? '-' : ''}${text.slice(0, cut)}${digits > 0 ? `.${text.slice(cut)}` : ''}`
}

describe('a decimal', () => {
  test('becomes the minor units that it was written from, in any currency', () => {
    fc.assert(
      fc.property(units, currency, fc.nat({ max: 6 }), fc.nat({ max: 6 }), (value, code, before, after) => {
        const digits = currencies[code] ?? 0
        const text = decimalOf(value, digits)
        const padded = text.replace(/\d+/, (whole) => '0'.repeat(before) + whole)
        const zeros = after === 0 ? '' : `${digits > 0 ? '' : '.'}${'0'.repeat(after)}`
        expect(minorUnits(text, code)).toBe(value)
        expect(minorUnits(`${padded}${zeros}`, code.toLowerCase())).toBe(value)
      }),
      { numRuns: 2_000 },
    )
  })

  test('without all decimal places of its currency means zeros', () => {
    expect(minorUnits('12', 'EUR')).toBe(1200n)
    expect(minorUnits('12.3', 'EUR')).toBe(1230n)
    expect(minorUnits('-0.5', 'KWD')).toBe(-500n)
    expect(minorUnits('-0.00', 'EUR')).toBe(0n)
    expect(minorUnits('1000.00', 'JPY')).toBe(1000n)
  })

  test('needs no digit before its point, as in the schema of PayPal', () => {
    expect(minorUnits('.5', 'EUR')).toBe(50n)
    expect(minorUnits('-.072', 'KWD')).toBe(-72n)
    expect(minorUnits('-.00', 'JPY')).toBe(0n)
    for (const text of ['.', '-.', '5.', '']) expect(minorUnits(text, 'EUR')).toBeNull()
  })

  test('times a quantity is exact, or is nothing', () => {
    expect(timesQuantity(1_100n, '1.1')).toBe(1_210n)
    expect(timesQuantity(1_010n, '-0.1')).toBe(-101n)
    expect(timesQuantity(300n, '.5')).toBe(150n)
    expect(timesQuantity(333n, '0.5')).toBeNull()
    for (const text of ['', '-', '.', '1e3', ' 1']) expect(timesQuantity(100n, text)).toBeNull()
  })

  test('with a fraction of the minor unit is refused', () => {
    fc.assert(
      fc.property(units, currency, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 9 }), (value, code, zeros, last) => {
        const digits = currencies[code] ?? 0
        const text = `${decimalOf(value, digits)}${digits > 0 ? '' : '.'}${'0'.repeat(zeros)}${last}`
        expect(minorUnits(text, code)).toBeNull()
      }),
    )
  })

  test('that a bigint of Postgres cannot hold is refused', () => {
    expect(minorUnits('92233720368547758.07', 'EUR')).toBe(largest)
    expect(minorUnits('92233720368547758.08', 'EUR')).toBeNull()
    expect(minorUnits('-92233720368547758.08', 'EUR')).toBe(-largest - 1n)
    expect(minorUnits('-92233720368547758.09', 'EUR')).toBeNull()
    fc.assert(
      fc.property(fc.bigInt({ min: largest + 1n, max: 10n ** 38n }), fc.boolean(), (value, negative) => {
        const beyond = negative ? -value - 1n : value
        expect(minorUnits(decimalOf(beyond, 2), 'EUR')).toBeNull()
      }),
    )
  })

  test.each([
    ['1e3', '1E3', '1.5e1', '1e-2', '+1', '--1', '-', '', ' 1', '1 ', '1.', '.', '1,5', '1_000', '1.2.3', '0x10', '١'],
    ['Infinity', 'NaN', '9'.repeat(41), `0.${'0'.repeat(41)}`, null, undefined, true, {}, [], [1], 5n],
  ])('in no plain form is refused', (...values: unknown[]) => {
    for (const value of values) expect(minorUnits(value, 'EUR'), String(value)).toBeNull()
  })

  test('as a number is its text, if a double holds its digits', () => {
    expect([19.99, 0.1, -5, 4503599627370.5].map((value) => minorUnits(value, 'EUR'))).toEqual([
      1999n,
      10n,
      -500n,
      450359962737050n,
    ])
    for (const value of [0.1 + 0.2, 1e21, 1e-7, 12345678901234.56, Number.NaN, Number.POSITIVE_INFINITY])
      expect(minorUnits(value, 'EUR'), String(value)).toBeNull()
  })

  test.each(['', 'EU', 'EURO', 'XXX', 'USDC', 'toString', null, undefined, 978])(
    'in the currency %s is refused',
    (code) => {
      expect(minorUnits('1.00', code)).toBeNull()
      expect(currencyCode(code)).toBeNull()
    },
  )
})

test('a provider may count in another minor unit than ISO 4217', () => {
  expect(minorUnits('5', 'ISK')).toBe(5n)
  expect(minorUnits('5', 'isk', { ISK: 2 })).toBe(500n)
  expect(minorUnits('5.01', 'MGA', { MGA: 0 })).toBeNull()
  expect(digitsOf('EUR', { ISK: 2 })).toBe(2)
})

test('major units have the decimals of the currency, and are read back as they were', () => {
  const amounts = [0n, 5n, -5n, 1_230n, -1_234_567n, 2n ** 63n - 1n]
  for (const currency of ['EUR', 'jpy', 'KWD', 'CLF'])
    for (const amount of amounts) expect(minorUnits(majorUnits(amount, currency), currency)).toBe(amount)
  expect([5n, -5n, 1_230n].map((amount) => majorUnits(amount, 'eur'))).toEqual(['0.05', '-0.05', '12.30'])
  expect(['JPY', 'KWD'].map((currency) => majorUnits(1_230n, currency))).toEqual(['1230', '1.230'])
  expect(majorUnits(1_230n, 'ISK', { ISK: 2 })).toBe('12.30')
  expect(majorUnits(1_230n, 'XXX')).toBeNull()
})

test('an object with an amount and a currency is read for a column', () => {
  const paypal = decimalMoney({ amount: 'value', currency: 'currency_code' })
  expect(paypal({ currency_code: 'USD', value: '-6.50' })).toBe(-650)
  expect(paypal({ currency_code: 'USD', value: '90071992547409.91' })).toBe(Number.MAX_SAFE_INTEGER)
  expect(paypal({ currency_code: 'USD', value: '90071992547409.92' })).toBeNull()
  for (const value of [null, '6.50', { value: '6.50' }, { currency_code: 'USD' }, []]) expect(paypal(value)).toBeNull()
  expect(currencyCode('USD')).toBe('usd')
})

test('the currencies of Shopify and Square are known, but for those that are no money of a state', () => {
  const specs = new URL('../specs/', import.meta.url)
  const read = (path: string) => readFileSync(new URL(path, specs))
  const answer = JSON.parse(brotliDecompressSync(read('shopify/admin_2026-10.json.br')).toString())
  const types: readonly { name: string; enumValues: readonly { name: string }[] }[] = (answer.data ?? answer).__schema
    .types
  const shopify = types.find(({ name }) => name === 'CurrencyCode')?.enumValues.map(({ name }) => name) ?? []
  const square: readonly string[] = JSON.parse(gunzipSync(read('square/api.json.gz')).toString()).components.schemas
    .Currency.enum
  expect(shopify.length).toBeGreaterThan(150)
  expect(square.length).toBeGreaterThan(150)
  const unknown = [...new Set([...shopify, ...square])].filter((code) => digitsOf(code) === null)
  const funds = ['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT']
  const tokens = ['BTC', 'USDC', 'XUS']
  const none = ['UNKNOWN_CURRENCY', 'USS', 'XTS', 'XXX']
  expect(unknown.toSorted()).toEqual([...funds, ...tokens, ...none].toSorted())
})
