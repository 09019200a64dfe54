import recurly from '../../../examples/custom-providers/recurly.ts'
import { exerciseProvider, kit } from '../../contracts/testing.ts'
import { openRecurly, type RecurlyList, recurlyToken } from './recurly-server.ts'

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'

/** The example of a module keeps the contract of a provider. It is tried as an author of one would. */
exerciseProvider({
  name: 'recurly',
  async open() {
    const server = await openRecurly()
    const credentials = (accessToken: string) => ({ tenantId, accessToken })
    const list = (resource: string): RecurlyList => (resource === 'customers' ? 'accounts' : 'invoices')
    return {
      provider: recurly(kit, { apiBase: server.url }),
      credentials: credentials(recurlyToken),
      badCredentials: ['', 'short', 'with space 1234567890'].map(credentials),
      secrets: [recurlyToken, 'secretsecret'],
      expected: (resource) => server.expected(list(resource)),
      now: server.now,
      requests: () => server.requests.length,
      remove(resource, id) {
        server.remove(list(resource), id)
      },
      expectedNested: (_, invoice) => server.linesOf(invoice),
      change(resource, id) {
        server.advance(60)
        server.update(list(resource), id, {})
      },
      emptyPage: () => server.emptyPage(),
      expireCursors() {
        server.expireCursors()
      },
      expireToken: () => void server.fail('the key is refused'),
      fail: server.fail,
      close: server.close,
    }
  },
})
