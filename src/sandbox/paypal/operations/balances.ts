import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { amountOf, type Money, money } from '../money.ts'
import { fieldOf } from '../paypal-object.ts'
import { dataNotAvailable } from '../refusal.ts'
import { moment, queryShape, textOf } from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { day, timestamp } from '../timestamps.ts'
import type { TransactionSearch } from './transactions.ts'

const parse = queryShape({ as_of_time: moment, currency_code: textOf(3, 3) })

/** What all transactions that affect the balance come to, by currency. */
export function balancesOperation({ now, lastRefreshed, unavailableStatus }: TransactionSearch): Operation {
  return {
    method: 'GET',
    path: '/v1/reporting/balances',
    scope: scopes.balances,
    isList: false,
    answer({ merchant, query }) {
      const { as_of_time: asOf, currency_code: currency } = parse(query)
      if (asOf !== undefined && asOf < now() - 3 * 365 * day) throw dataNotAvailable(unavailableStatus)
      const until = Math.min(asOf ?? lastRefreshed(), lastRefreshed())
      const totals = new Map<string, number>()
      for (const row of merchant.ledger.within(0, until)) {
        if (!row.affectsBalance()) continue
        const info = row.object().transaction_info
        for (const part of [fieldOf(info, 'transaction_amount'), fieldOf(info, 'fee_amount')])
          if (isMoney(part)) totals.set(part.currency_code, (totals.get(part.currency_code) ?? 0) + amountOf(part))
      }
      const balances = [...totals]
        .filter(([code]) => currency === undefined || currency === code)
        .map(([code, total]) => ({
          currency: code,
          primary: code === 'USD',
          total_balance: money(total, code),
          available_balance: money(total, code),
          withheld_balance: money(0, code),
        }))
      return objectAnswer({
        balances,
        account_id: merchant.id,
        as_of_time: timestamp(Math.floor(until)),
        last_refresh_time: timestamp(lastRefreshed()),
      })
    },
  }
}

const isMoney = (value: unknown): value is Money => typeof fieldOf(value, 'value') === 'string'
