import type { Fields } from '../../../src/provider/fields.ts'
import {
  type ChargebeeList,
  chargebeeSecrets,
  chargebeeToken,
  openChargebee,
} from '../../../src/sandbox/custom/chargebee.ts'
import { exerciseProvider, manifestProvider } from '../../contracts/testing.ts'

const example = 'examples/custom-providers/chargebee.json'
const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const lists: Readonly<Record<string, ChargebeeList>> = { payments: 'transactions', products: 'items' }

const listOf = (resource: string) => lists[resource] ?? (resource as ChargebeeList)

/** Where an object has its nested rows, and a row its id. */
const nestedFields: Readonly<Record<string, readonly [list: ChargebeeList, field: string, id: string]>> = {
  subscription_items: ['subscriptions', 'subscription_items', 'item_price_id'],
  invoice_lines: ['invoices', 'line_items', 'id'],
}

/** The example of a manifest keeps the contract of a provider. */
exerciseProvider({
  name: 'chargebee',
  async open() {
    const server = await openChargebee()
    const credentials = (accessToken: string) => ({ tenantId, accessToken })
    return {
      provider: manifestProvider(example, { baseUrl: `${server.url}/api/v2` }),
      credentials: credentials(chargebeeToken),
      badCredentials: ['', 'short', '{"site":"acme"}', '{"site":"acme","apiKey":"has space"}', '["a"]'].map(
        credentials,
      ),
      secrets: chargebeeSecrets,
      expected: (resource) => server.expected(listOf(resource)),
      expectedNested(nested, parent) {
        if (nested === 'contacts') return server.contactsOf(parent).map(({ id }) => String(id))
        const [list, field, id] = nestedFields[nested]!
        const rows = server.expected(list).find((object) => object.id === parent)?.[field] as readonly Fields[]
        // An item of a subscription has the id of its price, which is unique in its subscription only.
        return rows.map((row) => (nested === 'subscription_items' ? `${parent}:${row[id]}` : String(row[id])))
      },
      now: server.now,
      requests: () => server.requests.length,
      remove(resource, id) {
        server.removeAsShown(listOf(resource), id)
      },
      change(resource, id) {
        server.advance(60)
        server.update(listOf(resource), id, {})
      },
      refuseWindow: () => ({ never: 'a window has pages by offset, however many items it has' }),
      emptyPage: () => server.emptyPage(),
      expireCursors() {
        server.expireOffsets()
      },
      expireToken: () => void server.fail('the key is refused'),
      fail: server.fail,
      close: server.close,
    }
  },
})
