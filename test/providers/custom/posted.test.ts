import { describe, expect, it, onTestFinished } from 'vitest'
import { openListServer } from '../../../src/sandbox/custom/list-server.ts'
import { exerciseProvider, expectNoSecret } from '../../contracts/exercise-provider.ts'
import { providerOf } from './example-manifest.ts'
import { clientId, clientSecret, openPosted, postedManifest } from './posted-server.ts'

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const never = new AbortController().signal
const client = (secret: string) => ({
  tenantId,
  accessToken: JSON.stringify({ clientId, clientSecret: secret }),
})

/** A manifest whose lists are POST requests, with tokens of a client, keeps the contract of a provider. */
exerciseProvider({
  name: 'posted',
  async open() {
    const server = await openPosted()
    return {
      provider: providerOf(JSON.stringify(postedManifest(server.url))),
      credentials: client(clientSecret),
      badCredentials: ['', 'short', '{"clientId":"client_0123456789"}'].map((accessToken) => ({
        tenantId,
        accessToken,
      })),
      secrets: [clientSecret, 'minted_token'],
      expected: server.expected,
      expectedNested: (_, order) => server.linesOf(order).map(({ id }) => id),
      now: server.now,
      requests: () => server.requests.length,
      makesTokens: true,
      remove: (_, id) => void server.remove(id),
      change: (_, id) => void server.update(id),
      emptyPage: server.emptyPage,
      expireCursors: () => void server.expireCursors(),
      expireToken: server.expireToken,
      fail: server.fail,
      close: server.close,
    }
  },
})

describe('a token of a client', () => {
  async function setup(over: object, secret = clientSecret) {
    const server = await openPosted()
    onTestFinished(server.close)
    const manifest = postedManifest(server.url)
    const provider = providerOf(JSON.stringify({ ...manifest, auth: { ...manifest.auth, ...over } }))
    const account = provider.connect(client(secret))
    onTestFinished(() => account.close())
    return { server, account }
  }

  it('is made once for all requests, and again when it is refused', async () => {
    const { server, account } = await setup({})
    const list = () => account.sources[0]?.list({ cursor: null, limit: 5 }, never)
    await Promise.all([list(), list(), account.identify(never)])
    expect(server.tokens()).toBe(1)
    server.expireToken()
    await list()
    expect(server.tokens()).toBe(2)
  })

  it('that is not made for this client is a refused key, in words that hold no secret', async () => {
    const { account } = await setup({}, 'another_secret_0123')
    const error = await account.identify(never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ verdict: 'reject', code: 'key_not_accepted', scope: 'account' })
    expect(String(error)).toContain('is not accepted where tokens are made (401). The API says: "no Basic [secret]"')
    expectNoSecret(error, ['another_secret_0123'])
  })

  it('whose place in the answer is another is missed in words', async () => {
    const { account } = await setup({ token: '/data/token' })
    await expect(account.identify(never)).rejects.toMatchObject({
      code: 'provider_response',
      message: expect.stringContaining('has none at "/data/token"'),
    })
  })

  it.each([
    ['form', 'grant_type=client_credentials&client_id=client_0123456789&client_secret=secretsecret0123456789'],
    ['json', JSON.stringify({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })],
  ])('is requested with the credentials in the body as %s', async (credentialsIn, expected) => {
    const bodies: string[] = []
    const server = await openListServer(({ path, text, headers }) => {
      if (path !== '/token') return { body: { id: 'acct_1' } }
      bodies.push(text)
      return { body: { access_token: `made_without_${String(headers.authorization)}` } }
    })
    onTestFinished(server.close)
    const auth = { type: 'clientCredentials', url: `${server.url}/token`, credentialsIn }
    const account = providerOf(JSON.stringify({ ...postedManifest(server.url), auth })).connect(client(clientSecret))
    onTestFinished(() => account.close())
    await account.identify(never)
    expect(bodies).toEqual([expected])
  })
})
