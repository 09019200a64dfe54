import { creationTimes, type Density } from '../server/density.ts'
import { type ChargebeeList, isList, populate, wrappers } from './chargebee-objects.ts'
import type { PageFailure } from './list-failure.ts'
import {
  type Fields,
  type ListRequest,
  type ListServerOptions,
  newestFirst,
  openListServer,
  pageAt,
} from './list-server.ts'

export type { ChargebeeList } from './chargebee-objects.ts'

const usualKey = 'test_cBsecretsecret0123456789'
/** The accessToken that the server accepts. */
export const chargebeeToken = JSON.stringify({ site: 'acme-test', apiKey: usualKey })
/** What must appear in no error. */
export const chargebeeSecrets = [usualKey, chargebeeToken, 'secretsecret']

interface ChargebeeOptions extends Pick<ListServerOptions, 'now' | 'latencyMs' | 'jitterMs' | 'seed'> {
  /** Default 260. */
  readonly customers?: number
  /** The key that it accepts. Default: that of `chargebeeToken`. */
  readonly apiKey?: string
  /** The end of the history, in unix seconds. Default: the clock's time at the start. */
  readonly populatedUntil?: number
  /** How the moments of creation are spread over five years. Default: one customer in 25 hours. */
  readonly density?: Density
}

/**
 * A server with lists as Chargebee has them: wrapped entries, filters in brackets, offsets that are texts, objects that stay
 * as deleted. It is written from Chargebee's documentation of its lists, and it is no sandbox of Chargebee. The example
 * of a manifest is tried against it.
 */
export async function openChargebee({
  customers = 260,
  apiKey: firstKey = usualKey,
  populatedUntil,
  density,
  seed = 1,
  ...options
}: ChargebeeOptions = {}) {
  let apiKey = firstKey
  const error = (status: number, code: string, more: object = {}) => ({
    status,
    body: { message: `Chargebee says no to ${apiKey}`, api_error_code: code, ...more },
  })
  const server = await openListServer(answer, {
    ...options,
    seed,
    refusals: {
      'the key is refused': error(401, 'api_authentication_failed'),
      'the key may not read this': error(403, 'api_authorization_failed'),
      'too many requests': { ...error(429, 'api_request_limit_exceeded'), headers: { 'retry-after': '7' } },
      'the provider fails': error(500, 'internal_error'),
      'the answer is JSON of another shape': { body: { object: 'nothing' } },
    },
  })
  const until = populatedUntil ?? server.now()
  const created = density
    ? [...creationTimes({ count: customers, density, seed, now: until })]
    : Array.from({ length: customers }, (_, at) => until - 90_000 * at - 5_000)
  const { lists, contacts } = populate(created)
  /** How often offsets have been expired. An offset of before then is refused. */
  let oldestOffset = 0

  const put = (list: ChargebeeList, object: Fields) => void lists[list].set(String(object.id), object)

  function answer({ path, parameters, headers, pageFailure }: ListRequest) {
    const [list = '', id, inner] = path.replace('/api/v2/', '').split('/')
    if (headers.authorization !== `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`)
      return error(401, 'api_authentication_failed')
    if (list === 'configurations') return { body: { configurations: [{ domain: 'acme-test' }] } }
    if (!isList(list)) return error(404, 'resource_not_found')
    if (id === undefined) return listed(list, parameters, pageFailure)
    const object = lists[list].get(decodeURIComponent(id))
    if (!object) return error(404, 'resource_not_found')
    if (inner === 'contacts') return { body: { list: (contacts.get(id) ?? []).map((contact) => ({ contact })) } }
    return { body: { [wrappers[list]]: object } }
  }

  function listed(list: ChargebeeList, parameters: URLSearchParams, failure?: PageFailure) {
    const given = failure?.kind === 'same-page' ? null : parameters.get('offset')
    const [offset = 0, age = 0] = numbersIn(given ?? '[0]')
    if (given !== null && age < oldestOffset) return error(400, 'invalid_request', { param: 'offset' })
    const objects = filtered([...lists[list].values()], parameters)
    const sort = parameters.get('sort_by[desc]')
    const sorted = sort ? newestFirst(objects, sort) : objects
    const { page, next } = pageAt(sorted, offset, Number(parameters.get('limit') ?? 10))
    if (failure?.kind === 'empty-more') return emptyPage(parameters)
    const shown = failure?.kind === 'items' ? failure.items(structuredClone(page)) : page
    return {
      body: {
        list: shown.map((object) => ({ [wrappers[list]]: object })),
        ...(next !== null && { next_offset: JSON.stringify([next, oldestOffset]) }),
      },
    }
  }

  const emptyPage = (parameters: URLSearchParams) => ({
    body: { list: [], next_offset: parameters.get('offset') ?? JSON.stringify([0, oldestOffset]) },
  })

  return {
    ...server,
    /** What a complete copy holds. */
    expected: (list: ChargebeeList) =>
      [...lists[list].values()].filter(({ deleted, status }) => deleted !== true && status !== 'deleted'),
    contacts: () => [...contacts.values()].flat(),
    contactsOf: (customer: string) => contacts.get(customer) ?? [],
    insert: (list: ChargebeeList, object: Fields) =>
      put(list, { created_at: server.now(), updated_at: server.now(), date: server.now(), ...object }),
    update: (list: ChargebeeList, id: string, change: Fields) =>
      put(list, { ...lists[list].get(id), updated_at: server.now(), ...change }),
    /** As Chargebee deletes: most objects stay as deleted, an item has another status, a comment is gone. */
    removeAsShown(list: ChargebeeList, id: string) {
      if (list === 'comments') lists.comments.delete(id)
      else {
        const mark = list === 'items' ? { status: 'deleted' } : { deleted: true }
        put(list, { ...lists[list].get(id), updated_at: server.now(), ...mark })
      }
    },
    /** The customer has these contacts from now on, and counts as changed. */
    putContacts(customer: string, of: readonly Fields[]) {
      contacts.set(customer, of)
      put('customers', { ...lists.customers.get(customer), updated_at: server.now() })
    },
    /** The key that is accepted from now on, and no other. */
    replaceKey(next: string) {
      apiKey = next
    },
    removeWhole: (list: ChargebeeList, id: string) => void lists[list].delete(id),
    /** The next page of a list is empty, with an offset that goes on from where it stands. */
    emptyPage: () =>
      server.answerOnce(({ path, parameters }) => {
        if (!isList(path.replace('/api/v2/', ''))) return undefined
        return emptyPage(parameters)
      }),
    /** Offsets that were handed out so far are refused. */
    expireOffsets() {
      oldestOffset++
    },
  }
}

function filtered(all: readonly Fields[], parameters: URLSearchParams): readonly Fields[] {
  let objects = all
  for (const [name, value] of parameters) {
    const [, field = '', operator] = /^(\w+)\[(after|between|is)\]$/.exec(name) ?? []
    const [low = 0, high = 0] = operator === 'between' ? numbersIn(value) : [Number(value)]
    const isWanted: Readonly<Record<string, (held: unknown) => boolean>> = {
      after: (held) => Number(held) > low,
      between: (held) => Number(held) >= low && Number(held) <= high,
      is: (held) => held === value,
    }
    const wanted = isWanted[operator ?? '']
    if (wanted) objects = objects.filter((object) => wanted(object[field]))
  }
  return parameters.get('include_deleted') === 'true' ? objects : objects.filter(({ deleted }) => deleted !== true)
}

const numbersIn = (text: string): readonly number[] => text.replace(/[[\]]/g, '').split(',').map(Number)
