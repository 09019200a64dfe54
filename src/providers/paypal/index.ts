import { inMode } from '../../provider/account-name.ts'
import type { Identity, Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { fields } from '../../provider/fields.ts'
import { accountIn, openPayPal, type PayPalConnection, type PayPalSettings } from './connection.ts'
import { isAccountName } from './credentials.ts'
import { failure } from './failure.ts'
import { paypalBegan } from './list.ts'
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

/** Identifies the account with its balances, which needs Transaction Search. PayPal does not say when an account began. */
async function identify(connection: PayPalConnection): Promise<Identity> {
  try {
    const { json } = await connection.get('/v1/reporting/balances')
    const account = accountIn(fields(json.whole.value()).account_id)
    return { account: inMode(account, connection.mode), since: paypalBegan }
  } catch (error) {
    if (failure(error, connection).code !== 'permission_denied') throw error
    return { account: null, since: paypalBegan }
  }
}
