import { describe, expect, it } from 'vitest'
import type { Fields } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, now, setup } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

const info = (transaction: Fields): Loose => transaction.transaction_info
const infos = (transactions: readonly Fields[]) => transactions.map(info)

describe('the balances', () => {
  it('are what the transactions come to, by currency, at a time', async () => {
    const sandbox = await setup({ transactions: 300 })
    const time = now - 100 * day
    const { balances, ...rest } = (await ask(sandbox, `/v1/reporting/balances?as_of_time=${at(time)}`)).body
    expect(rest).toEqual({
      account_id: sandbox.merchant,
      as_of_time: at(time),
      last_refresh_time: '2026-09-21T11:59:59Z',
    })
    const totals = new Map<string, bigint>()
    const digits = ({ value }: Loose) => BigInt(value.replace('.', ''))
    for (const transaction of infos(sandbox.expected('transactions'))) {
      const isLater = Date.parse(transaction.transaction_initiation_date.replace('+0000', 'Z')) > time * 1_000
      if (isLater || transaction.transaction_event_code === 'T1300' || transaction.transaction_status === 'D') continue
      const { currency_code: currency } = transaction.transaction_amount
      const sum =
        digits(transaction.transaction_amount) + (transaction.fee_amount ? digits(transaction.fee_amount) : 0n)
      totals.set(currency, (totals.get(currency) ?? 0n) + sum)
    }
    const balancesByCurrency = new Map(
      balances.map(({ currency, total_balance }: Loose) => [currency, digits(total_balance)]),
    )
    expect(balancesByCurrency).toEqual(totals)
    expect(totals.size).toBeGreaterThan(3)
    const yen = (await ask(sandbox, '/v1/reporting/balances?currency_code=JPY')).body.balances
    expect(yen.map(({ currency }: Loose) => currency)).toEqual(['JPY'])
  })
})
