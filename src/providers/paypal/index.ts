import { inMode } from '../../provider/account-name.ts'
import type { Identity, Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { fields } from '../../provider/fields.ts'
import { accountIn, dateIn, openPayPal, type PayPalConnection, type PayPalSettings } from './connection.ts'
import { isAccountName } from './credentials.ts'
import { failure } from './failure.ts'
import { paypalBegan, rfc3339 } from './list.ts'
import { PayPalRefusal } from './refusal.ts'
import { resources } from './resources/index.ts'

export type { PayPalSettings } from './connection.ts'

export function paypal(settings: PayPalSettings): Provider {
  return defineProvider<PayPalConnection>({
    name: 'paypal',
    resources,
    open: (credentials) => openPayPal(credentials, settings),
    failure,
    isAccountName,
    identify,
  })
}

/**
 * Identifies the account with its balances, or else with its transactions, which have a right of their own: an answer names
 * the account even without any of them. PayPal does not say when an account began.
 */
async function identify(connection: PayPalConnection): Promise<Identity> {
  const named = (account: unknown) => ({ account: inMode(accountIn(account), connection.mode), since: paypalBegan })
  try {
    const { json } = await connection.get('/v1/reporting/balances')
    return named(fields(json.whole.value()).account_id)
  } catch (error) {
    const refusal = refusalIn(error, connection)
    const second = Math.floor(dateIn(refusal.headers).getTime() / 1_000)
    const [start, end] = [3, 2].map((days) => rfc3339(second - days * 86_400))
    try {
      const window = { start_date: start, end_date: end, page_size: '1' }
      const { json } = await connection.get('/v1/reporting/transactions', window)
      return named(fields(json.whole.value()).account_number)
    } catch (another) {
      refusalIn(another, connection)
      return { account: null, since: paypalBegan }
    }
  }
}

/** The refusal of what the client may not read. @throws anything else */
function refusalIn(error: unknown, connection: PayPalConnection): PayPalRefusal {
  const { code } = failure(error, connection)
  if (error instanceof PayPalRefusal && (code === 'permission_denied' || code === 'not_found')) return error
  throw error
}
