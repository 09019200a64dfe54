import { describe, expect, it } from 'vitest'
import { type Fields, resourceNames } from '../../../src/sandbox/paypal/index.ts'
import { amountOf, inCurrency, money } from '../../../src/sandbox/paypal/money.ts'
import { day, now, setup, sorted } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

const infos = (transactions: readonly Fields[]): Loose[] => transactions.map(({ transaction_info }) => transaction_info)
const time = (text: string) => Date.parse(text.replace('+0000', 'Z')) / 1_000
const words = (objects: readonly Fields[], field: string) => new Set(objects.map((object) => object[field]))

/** Everything has appeared. */
const seen = { lag: 0, refreshDelay: 0, refreshedEvery: 1 }

describe('the generated merchant', () => {
  it('is the same for the same seed and another for another', async () => {
    const [first, same, other] = [await setup(), await setup(), await setup({ seed: 2 })]
    for (const name of resourceNames) {
      expect(first.expected(name)).toEqual(same.expected(name))
      expect(sorted(first.expected(name))).not.toEqual(sorted(other.expected(name)))
    }
  })

  it('has as many transactions as the options say, and exact numbers of the others', async () => {
    const sandbox = await setup({ transactions: 1_234, ...seen, counts: { plans: 45, products: 7, invoices: 0 } })
    const count = (name: (typeof resourceNames)[number]) => sandbox.expected(name).length
    expect([count('transactions'), count('plans'), count('products'), count('invoices')]).toEqual([1_234, 45, 7, 0])
    const empty = await setup({ transactions: 0, counts: { plans: 0, products: 0 } })
    for (const name of resourceNames) expect([name, empty.expected(name)]).toEqual([name, []])
  })

  it('spans three years, and nothing in it is of the future', async () => {
    const sandbox = await setup({ density: 'uniform', ...seen })
    const times = infos(sandbox.expected('transactions')).map((transaction) =>
      time(transaction.transaction_initiation_date),
    )
    expect(Math.min(...times)).toBeGreaterThan(now - 3 * 365 * day)
    expect(Math.min(...times)).toBeLessThan(now - 2.7 * 365 * day)
    expect(Math.max(...times)).toBeLessThan(now)
    for (const transaction of infos(sandbox.expected('transactions'))) {
      expect(time(transaction.transaction_updated_date)).toBeGreaterThanOrEqual(
        time(transaction.transaction_initiation_date),
      )
      expect(time(transaction.transaction_updated_date)).toBeLessThan(now)
    }
  })

  it('has a day of 25,000 where the options ask for it', async () => {
    const sandbox = await setup({ transactions: 200, ...seen, day: { transactions: 25_000, daysAgo: 300 } })
    const begin = now - 300 * day
    const times = infos(sandbox.expected('transactions')).map((transaction) =>
      time(transaction.transaction_initiation_date),
    )
    expect(times.length).toBe(25_200)
    const onTheDay = times.filter((at) => at >= begin && at < begin + day)
    expect(onTheDay.length).toBeGreaterThanOrEqual(25_000)
    expect(onTheDay.filter((at) => at < begin + day / 2).length).toBeGreaterThan(8_000)
  })

  it('has currencies without decimals and with three, amounts beyond 31 bits, and every state that billing knows', async () => {
    const sandbox = await setup({ transactions: 4_000, ...seen })
    const all = infos(sandbox.expected('transactions'))
    expect(
      words(
        all.map((transaction) => transaction.transaction_amount),
        'currency_code',
      ),
    ).toEqual(new Set(['USD', 'EUR', 'JPY', 'GBP', 'KWD', 'HUF']))
    const shapes: Record<string, RegExp> = {
      JPY: /^-?\d+$/,
      HUF: /^-?\d+$/,
      KWD: /^-?\d+\.\d{3}$/,
      USD: /^-?\d+\.\d\d$/,
    }
    for (const { transaction_amount: amount } of all)
      expect(amount.value).toMatch(shapes[amount.currency_code] ?? /^-?\d+\.\d\d$/)
    expect(all.some(({ transaction_amount }) => amountOf(transaction_amount) < -(2 ** 31))).toBe(true)
    expect(words(all, 'transaction_status')).toEqual(new Set(['S', 'P', 'D', 'V']))
    expect(words(all, 'paypal_reference_id_type')).toEqual(new Set([undefined, 'TXN', 'SUB', 'ODR', 'PAP']))
    expect(words(sandbox.expected('subscriptions'), 'status').size).toBe(6)
    expect(words(sandbox.expected('plans'), 'status').size).toBe(3)
    expect(words(sandbox.expected('invoices'), 'status').size).toBe(12)
    expect(words(sandbox.expected('disputes'), 'status').size).toBe(5)
  })

  it('agrees with itself: refunds, subscriptions, invoices and disputes with the payments they name', async () => {
    const sandbox = await setup({ transactions: 2_000, ...seen })
    const transactions = sandbox.expected('transactions') as Loose[]
    const byId = new Map<string, Loose[]>()
    for (const transaction of transactions) {
      const id = transaction.transaction_info.transaction_id
      byId.set(id, [...(byId.get(id) ?? []), transaction])
    }
    const subscriptions = new Map(
      sandbox.expected('subscriptions').map((subscription: Loose) => [subscription.id, subscription]),
    )
    for (const { transaction_info: info, payer_info: payer } of transactions) {
      if (info.paypal_reference_id_type === 'TXN') {
        const [original] = byId.get(info.paypal_reference_id)!
        expect(time(original.transaction_info.transaction_initiation_date)).toBeLessThanOrEqual(
          time(info.transaction_initiation_date),
        )
        expect(payer.account_id).toBe(original.payer_info.account_id)
        expect(info.transaction_amount.currency_code).toBe(original.transaction_info.transaction_amount.currency_code)
        expect(Math.abs(amountOf(info.transaction_amount))).toBeLessThanOrEqual(
          amountOf(original.transaction_info.transaction_amount),
        )
      }
      if (info.paypal_reference_id_type === 'SUB') {
        const subscription = subscriptions.get(info.paypal_reference_id)
        expect(subscription.subscriber.payer_id).toBe(payer.account_id)
        expect(time(subscription.create_time)).toBeLessThan(time(info.transaction_initiation_date))
      }
    }
    const plans = words(sandbox.expected('plans'), 'id')
    for (const { plan_id } of subscriptions.values()) expect(plans).toContain(plan_id)
    const products = words(sandbox.expected('products'), 'id')
    for (const { product_id } of sandbox.expected('plans')) expect(products).toContain(product_id)
    for (const invoice of sandbox.expected('invoices') as Loose[]) {
      const total = invoice.items.reduce((sum: number, { unit_amount }: Loose) => sum + amountOf(unit_amount), 0)
      expect(total).toBe(amountOf({ ...invoice.amount, currency_code: invoice.detail.currency_code }))
      for (const { payment_id, amount } of invoice.payments?.transactions ?? []) {
        const [payment] = byId.get(payment_id)!
        expect(payment.transaction_info.transaction_amount).toEqual(amount)
        expect(payment.transaction_info.invoice_id).toBe(invoice.detail.invoice_number)
      }
    }
    const disputed = sandbox.expected('disputes').flatMap((dispute: Loose) => dispute.disputed_transactions)
    expect(disputed.length).toBeGreaterThan(10)
    for (const { seller_transaction_id: id } of disputed)
      expect(byId.get(id)!.map(({ transaction_info }) => transaction_info.transaction_event_code)).toContain('T0000')
  })

  it('has payers without an account, who write their address in more than one way', async () => {
    const sandbox = await setup({ transactions: 4_000, ...seen })
    const payers = sandbox.expected('transactions').map(({ payer_info }: Loose) => payer_info)
    const guests = payers.filter(({ account_id, email_address }) => !account_id && email_address)
    const addresses = new Set(guests.map(({ email_address }) => email_address))
    const folded = new Set([...addresses].map((address) => address.toLowerCase()))
    expect(folded.size).toBeGreaterThan(20)
    expect(folded.size).toBeLessThan(addresses.size)
    for (const { account_id } of payers) if (account_id) expect(account_id).toMatch(/^[2-9A-HJ-NP-Z]{13}$/)
  })
})

describe('money', () => {
  it('is written with the decimals of its currency, and read back', () => {
    const written: Record<string, [number, string][]> = {
      USD: [
        [0, '0.00'],
        [5, '0.05'],
        [-5, '-0.05'],
        [123_456, '1234.56'],
      ],
      JPY: [
        [7, '7'],
        [-1_000, '-1000'],
      ],
      HUF: [[1_500, '1500']],
      KWD: [
        [1, '0.001'],
        [-12_345, '-12.345'],
      ],
    }
    for (const [currency, amounts] of Object.entries(written))
      for (const [amount, value] of amounts) {
        expect(money(amount, currency)).toEqual({ currency_code: currency, value })
        expect(amountOf({ currency_code: currency, value })).toBe(amount)
      }
    expect([inCurrency(150, 'USD'), inCurrency(150, 'JPY'), inCurrency(150, 'KWD'), inCurrency(1, 'JPY')]).toEqual([
      150, 2, 1_500, 1,
    ])
  })
})
