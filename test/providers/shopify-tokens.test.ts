import { shopify } from '../../src/providers/shopify/index.ts'
import type { SandboxOptions } from '../../src/sandbox/shopify/index.ts'
import { exerciseProvider } from '../contracts/exercise-provider.ts'
import { createCheckedShopify } from '../specs/checked-sandbox.ts'
import { everyObject, failures, listOf, now, settings, tenantId, throttled } from './shopify-setup.ts'

const size: SandboxOptions = { orders: 30, counts: { customers: 60 }, points: 'none', mostRequested: 1_000_000, now }
const objects = await everyObject(size)
const clientSecret = 'shpss_sandbox'
const client = { shop: 'sandbox', clientId: 'sandbox-client', clientSecret }
const lifetime = 86_400
const tokenPath = '/admin/oauth/access_token'
/** Requests for tokens do not fail with the others. */
const request = { path: /^(?!\/admin\/oauth)/ }

/** With an id and a secret of a client the provider makes its tokens. One list shows what is different then. */
exerciseProvider({
  name: 'shopify',
  resources: ['customers'],
  async open() {
    const sandbox = await createCheckedShopify({ ...size, grantLifetime: lifetime, cursorLifetime: 10 * lifetime })
    const provider = shopify(settings({ apiBase: sandbox.url }))
    const credentials = { tenantId, accessToken: JSON.stringify(client) }
    return {
      provider,
      credentials,
      badCredentials: [{ tenantId, accessToken: '{"shop":"shop","clientId":"id"}' }],
      secrets: [clientSecret],
      makesTokens: true,
      expected: (resource) => objects.get(resource) ?? [],
      now: sandbox.now,
      requests: () => sandbox.requests.filter(({ path }) => path !== tokenPath).length,
      remove(resource, id) {
        sandbox.remove(listOf[resource]!, id)
      },
      change(resource, id) {
        sandbox.advance(60)
        sandbox.update(listOf[resource]!, id, {})
      },
      announce(resource) {
        sandbox.advance(60)
        const [{ id } = { id: '' }] = sandbox.expected(listOf[resource]!)
        sandbox.remove(listOf[resource]!, id)
        return { id, gone: true }
      },
      spendPoints: () => sandbox.fail({ kind: 'error', status: 200, body: throttled, ...request }),
      emptyPage: () => sandbox.fail({ kind: 'empty-more', times: 1, ...request }),
      expireCursors() {
        sandbox.advance(11 * lifetime)
      },
      expireToken: () => void sandbox.advance(lifetime),
      fail: (kind) => sandbox.fail({ ...failures[kind], ...request }),
      close: sandbox.close,
    }
  },
})
