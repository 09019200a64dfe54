import type { Resource } from '../../src/provider/contract.ts'
import type { Fields } from '../../src/provider/fields.ts'
import type { StripeConnection } from '../../src/providers/stripe/connection.ts'
import { answerWith } from '../support/items.ts'
import { answeredBy } from './stripe-connection.ts'

const date = new Date(1_790_000_000_000)

/** What a list asks for, on a connection that answers nothing. */
export async function pathOf(read: (connection: StripeConnection) => Promise<unknown>): Promise<string> {
  let seen = ''
  // An empty answer may be none of what was asked for.
  const connection = answeredBy(async (path) => {
    seen = path
    const body: Fields = { object: 'list', data: [], has_more: false, id: 'a/b' }
    return answerWith(body, date)
  })
  await read(connection).catch(() => {})
  return seen
}

/** The path of each resource's list, by the name of the resource. */
export async function pathsByName(
  resources: readonly Resource<StripeConnection>[],
): Promise<ReadonlyMap<string, string>> {
  const { signal } = new AbortController()
  const paths = new Map<string, string>()
  for (const { name, list } of resources) {
    const path = await pathOf((connection) => list(connection, { cursor: null, limit: 100 }, signal))
    paths.set(name, path.replace(/\?.*/, ''))
  }
  return paths
}
