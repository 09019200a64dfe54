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
    const asked = now - 100 * day
    const { balances, ...rest } = (await ask(sandbox, `/v1/reporting/balances?as_of_time=${at(asked)}`)).body
    expect(rest).toEqual({
      account_id: sandbox.merchant,
      as_of_time: at(asked),
      last_refresh_time: '2026-09-21T11:59:59Z',
    })
    const totals = new Map<string, bigint>()
    const digits = ({ value }: Loose) => BigInt(value.replace('.', ''))
    for (const one of infos(sandbox.expected('transactions'))) {
      const isLater = Date.parse(one.transaction_initiation_date.replace('+0000', 'Z')) > asked * 1_000
      if (isLater || one.transaction_event_code === 'T1300' || one.transaction_status === 'D') continue
      const { currency_code: currency } = one.transaction_amount
      const sum = digits(one.transaction_amount) + (one.fee_amount ? digits(one.fee_amount) : 0n)
      totals.set(currency, (totals.get(currency) ?? 0n) + sum)
    }
    const found = new Map(balances.map(({ currency, total_balance }: Loose) => [currency, digits(total_balance)]))
    expect(found).toEqual(totals)
    expect(totals.size).toBeGreaterThan(3)
    const yen = (await ask(sandbox, '/v1/reporting/balances?currency_code=JPY')).body.balances
    expect(yen.map(({ currency }: Loose) => currency)).toEqual(['JPY'])
  })
})
