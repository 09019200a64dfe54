import { fields, list } from '../../src/provider/fields.ts'
import { type Fields, type ResourceName, type Sandbox, sandboxApp } from '../../src/sandbox/paypal/index.ts'

/* What a complete copy of the sandbox of PayPal holds. */

export const now = 1_790_000_000
export const tokenPath = '/v1/oauth2/token'

/** The lists of the API by the names of the resources. */
export const lists: Readonly<Record<string, Exclude<ResourceName, 'transactions'>>> = {
  subscriptions: 'subscriptions',
  products: 'products',
  prices: 'plans',
  invoices: 'invoices',
  disputes: 'disputes',
}

/** The balances in one answer of PayPal's. */
export async function balancesOf({ url }: Sandbox): Promise<readonly Fields[]> {
  const basic = Buffer.from(`${sandboxApp.id}:${sandboxApp.secret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' }
  const minted = await fetch(url + tokenPath, { method: 'POST', headers, body: 'grant_type=client_credentials' })
  const { access_token: token } = fields(await minted.json())
  const answer = await fetch(`${url}/v1/reporting/balances`, { headers: { authorization: `Bearer ${token}` } })
  return list(fields(await answer.json()).balances) as readonly Fields[]
}

/** Payers and subscribers, by account or else by address. */
const customersOf = (people: readonly unknown[]) =>
  people.map(fields).flatMap(({ account_id: account, payer_id: payer, email_address: address }) => {
    const id = account ?? payer ?? (address === undefined ? undefined : `email:${String(address).toLowerCase()}`)
    return id === undefined ? [] : [{ id: String(id) }]
  })

const subscribers = (sandbox: Sandbox) => sandbox.expected('subscriptions').map(({ subscriber }) => subscriber)

/** A line of an invoice has an id in its invoice only. */
export const lineIds = (sandbox: Sandbox, invoice: string) =>
  (list(sandbox.expected('invoices').find(({ id }) => id === invoice)?.items) ?? []).map(
    (line, place) => `${invoice}:${fields(line).id || place}`,
  )

/** What a complete copy holds, as the lists of PayPal show it. */
export function expectedOf(sandbox: Sandbox, resource: string): readonly Fields[] {
  const transactions = sandbox.expected('transactions')
  const linesOf = (isKind: (code: string, amount: number) => boolean) =>
    transactions
      .map(({ transaction_info: info }) => fields(info))
      .filter((info) => isKind(String(info.transaction_event_code), Number(fields(info.transaction_amount).value)))
      .map((info) => ({ id: String(info.transaction_id) }))
  const unique = (objects: readonly { readonly id: string }[]) => [
    ...new Map(objects.map((object) => [object.id, object])).values(),
  ]
  switch (resource) {
    case 'balance_transactions':
      return transactions
    case 'payments':
      return unique(linesOf((code, amount) => code.startsWith('T00') && amount > 0))
    case 'refunds':
      return unique(linesOf((code, amount) => ['T1106', 'T1107'].includes(code) && amount < 0))
    case 'payouts':
      return unique(linesOf((code) => code.startsWith('T04')))
    case 'customers':
      return unique(customersOf([...transactions.map((line) => line.payer_info), ...subscribers(sandbox)]))
    case 'subscriptions':
      return sandbox.expected('subscriptions').map((subscription) => {
        const { last_failed_payment: _, ...billing } = fields(subscription.billing_info)
        return { ...subscription, billing_info: subscription.billing_info === undefined ? undefined : billing }
      }) as readonly Fields[]
    case 'products':
      // A list leaves out the type, the category and the time of change.
      return sandbox.expected('products').map(({ id, name, description, create_time, links }) => ({
        id,
        name,
        description,
        create_time,
        links,
      })) as never
    case 'disputes':
      return sandbox
        .expected('disputes')
        .filter(({ create_time: created }) => Date.parse(String(created)) >= (now - 179 * 86_400) * 1_000)
        .map(({ dispute_state: _, ...dispute }) => dispute) as readonly Fields[]
    default:
      return sandbox.expected(lists[resource]!)
  }
}
