import type { Resource } from '../../src/provider/contract.ts'
import type { StripeConnection } from '../../src/providers/stripe/connection.ts'
import { stripe } from '../../src/providers/stripe/index.ts'
import { objects } from '../../src/providers/stripe/objects.ts'
import { byName } from '../../src/sandbox/stripe/index.ts'
import { exerciseLists, exerciseProvider } from '../contracts/exercise-provider.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { key, now, settings, tenantId } from './stripe-account.ts'
import { failures } from './stripe-failure-kinds.ts'
import { openListServer } from './stripe-list-server.ts'
import { pathsByName } from './stripe-paths.ts'

/* The lists that a job reads only if it names them: a few objects of each, which are three pages of seven. */

const each = 16
const paths = await pathsByName(objects)
const pathOf = (resource: string) => paths.get(resource) ?? ''

type ByName = (typeof byName)[number]
const inSandbox = new Map(byName.map((name): [string, ByName] => [name, name]))
const sandboxName = (resource: string) => inSandbox.get(pathOf(resource).replace('/v1/', '').replaceAll('/', '_'))
const names = objects.map(({ name }) => name)

const credentials = { tenantId, accessToken: undefined }
const same = {
  credentials,
  badCredentials: [{ tenantId, accessToken: 'pk_live_abc' }],
  secrets: [key, 'secretsecret'],
} as const

exerciseProvider({
  name: 'stripe',
  resources: names.filter(sandboxName),
  async open() {
    // Some plans are of prices that no list shows.
    const counts = { ...Object.fromEntries(byName.map((name) => [name, each])), prices: 40 }
    const sandbox = await openCheckedStripe({ customers: 20, counts, limits: 'none', now })
    const nameOf = (resource: string) => {
      const name = sandboxName(resource)
      if (!name) throw new Error(`the sandbox has no ${resource}`)
      return name
    }
    return {
      ...same,
      provider: stripe(settings({ apiBase: sandbox.url })),
      expected: (resource) => sandbox.expected(nameOf(resource), true),
      now: sandbox.now,
      requests: () => sandbox.requests.length,
      remove: (resource, id) => void sandbox.remove(nameOf(resource), id),
      emptyPage: () => sandbox.fail({ kind: 'empty-more', times: 1 }),
      expireCursors: () => ({ never: 'a cursor is the id of an object' }),
      expireToken: () => void sandbox.fail({ kind: 'key-revoked' }),
      announce(resource) {
        sandbox.advance(60)
        const events = sandbox.expected('events').length
        const { id } = sandbox.insert(nameOf(resource))
        if (sandbox.expected('events').length === events) return { never: 'its creation has no event' }
        return { id, gone: false }
      },
      fail: (kind) => sandbox.fail(failures[kind]),
      close: sandbox.close,
    }
  },
})

exerciseLists({
  name: 'stripe',
  resources: names.filter((name) => !sandboxName(name)),
  async open() {
    const lists = objects
      .filter(({ name }) => !sandboxName(name))
      .map((resource) => [pathOf(resource.name), objectsOf(resource)])
    const server = await openListServer({ lists: Object.fromEntries(lists), key, now })
    return {
      ...same,
      provider: stripe(settings({ apiBase: server.url })),
      expected: (resource, part) => server.expected(pathOf(resource)).filter((object) => isOfPart(object, part)),
      now: () => now,
      requests: server.requests,
      remove: (resource, id) => void server.remove(pathOf(resource), id),
      emptyPage: server.emptyPage,
      expireCursors: () => ({ never: 'a cursor is a place in the list' }),
      expireToken: () => void server.fail('the key is refused'),
      fail: server.fail,
      close: server.close,
    }
  },
})

/** In whole numbers of hours, the newest first. An object of a list in parts is in one of them. */
function objectsOf({ name, parts = [] }: Resource<StripeConnection>) {
  return Array.from({ length: each * Math.max(parts.length, 1) }, (_, n) => {
    const part = parts[n % parts.length]
    return {
      id: `${name}_${n}`,
      object: name,
      created: new Date((now - n * 3_600) * 1_000).toISOString(),
      livemode: true,
      ...(part !== undefined && { status: part, closed: part === 'closed' }),
    }
  })
}

const isOfPart = ({ status }: Readonly<Record<string, unknown>>, part: string | undefined) =>
  part === undefined || status === part
