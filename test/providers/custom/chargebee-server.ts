import { type Fields, type ListRequest, newestFirst, openListServer, pageAt } from './list-server.ts'

const apiKey = 'test_cBsecretsecret0123456789'
export const chargebeeToken = JSON.stringify({ site: 'acme-test', apiKey })
export const chargebeeSecrets = [apiKey, chargebeeToken, 'secretsecret']

/** The lists of the example, by their paths, and the name of the object in an entry. */
const wrappers: Readonly<Record<string, string>> = {
  customers: 'customer',
  subscriptions: 'subscription',
  invoices: 'invoice',
  transactions: 'transaction',
  items: 'item',
  comments: 'comment',
}

export type ChargebeeList = 'customers' | 'subscriptions' | 'invoices' | 'transactions' | 'items' | 'comments'

const error = (status: number, code: string, more: object = {}) => ({
  status,
  body: { message: 'Chargebee says no to test_cBsecretsecret0123456789', api_error_code: code, ...more },
})

/**
 * A server with lists as Chargebee has them: wrapped entries, filters in brackets, offsets that are texts, objects that stay
 * as deleted. It is written from Chargebee's documentation of its lists, and it is no sandbox of Chargebee.
 */
export async function openChargebee(size = 260) {
  const server = await openListServer(answer, {
    refusals: {
      'the key is refused': error(401, 'api_authentication_failed'),
      'the key may not read this': error(403, 'api_authorization_failed'),
      'too many requests': { ...error(429, 'api_request_limit_exceeded'), headers: { 'retry-after': '7' } },
      'the provider fails': error(500, 'internal_error'),
      'the answer is JSON of another shape': { body: { object: 'nothing' } },
    },
  })
  const objects = Object.fromEntries(Object.keys(wrappers).map((list) => [list, new Map<string, Fields>()])) as Record<
    ChargebeeList,
    Map<string, Fields>
  >
  const contacts = new Map<string, readonly Fields[]>()
  /** How often offsets have been expired. An offset of before then is refused. */
  let oldestOffset = 0
  for (let at = 0; at < size; at++) populate(at, server.now() - 90_000 * at - 5_000)

  function populate(at: number, created: number) {
    const times = { created_at: created, updated_at: created }
    const customer = `cus_${at}`
    put('customers', {
      ...times,
      id: customer,
      email: `person${at}@example.com`,
      first_name: 'Pat',
      preferred_currency_code: 'EUR',
      balance: at,
      billing_address: { country: 'DE' },
      deleted: false,
    })
    if (at % 50 === 0)
      contacts.set(
        customer,
        [0, 1, 2].map((index) => ({ id: `con_${at}_${index}`, email: `c${index}@example.com` })),
      )
    put('subscriptions', {
      ...times,
      id: `sub_${at}`,
      customer_id: customer,
      status: at % 3 === 0 ? 'in_trial' : 'active',
      currency_code: 'EUR',
      current_term_start: created,
      current_term_end: created + 2_592_000,
      subscription_items: [
        { item_price_id: 'basic-EUR', quantity: 1, unit_price: 1_000 },
        { item_price_id: 'seat-EUR', quantity: at, unit_price: 250 },
      ],
      deleted: false,
    })
    put('invoices', {
      id: `inv_${at}`,
      date: created,
      updated_at: created,
      customer_id: customer,
      subscription_id: `sub_${at}`,
      status: 'paid',
      currency_code: 'EUR',
      sub_total: 1_000,
      tax: 190,
      total: 1_190,
      amount_paid: 1_190,
      amount_due: 0,
      line_items: [
        { id: `li_${at}`, entity_id: 'basic-EUR', entity_type: 'plan_item_price', amount: 1_000, quantity: 1 },
      ],
      deleted: false,
    })
    put('transactions', {
      id: `txn_${at}`,
      date: created,
      updated_at: created,
      customer_id: customer,
      type: 'payment',
      status: 'success',
      currency_code: 'EUR',
      amount: 1_190,
      linked_invoices: [{ invoice_id: `inv_${at}` }],
      deleted: false,
    })
    put('items', { id: `item_${at}`, name: `Item ${at}`, status: 'active', type: 'plan', ...times })
    put('comments', {
      id: `cmt_${at}`,
      entity_type: 'customer',
      entity_id: customer,
      notes: 'Called',
      created_at: created,
    })
  }

  function put(list: ChargebeeList, object: Fields) {
    objects[list].set(String(object.id), object)
  }

  function answer({ path, parameters, headers }: ListRequest) {
    const [list = '', id, inner] = path.replace('/api/v2/', '').split('/')
    if (headers.authorization !== `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`)
      return error(401, 'api_authentication_failed')
    if (list === 'configurations') return { body: { configurations: [{ domain: 'acme-test' }] } }
    const wrapper = wrappers[list]
    const all = Reflect.get(objects, list) as Map<string, Fields> | undefined
    if (!wrapper || !all) return error(404, 'resource_not_found')
    if (inner === 'contacts')
      return all.has(id ?? '')
        ? { body: { list: (contacts.get(id ?? '') ?? []).map((contact) => ({ contact })) } }
        : error(404, 'resource_not_found')
    if (id !== undefined) {
      const object = all.get(decodeURIComponent(id))
      return object ? { body: { [wrapper]: object } } : error(404, 'resource_not_found')
    }
    return listed([...all.values()], parameters, wrapper)
  }

  function listed(all: readonly Fields[], parameters: URLSearchParams, wrapper: string) {
    let objects = all
    const given = parameters.get('offset')
    const [offset = 0, age = 0] = JSON.parse(given ?? '[0]') as number[]
    if (given !== null && age < oldestOffset) return error(400, 'invalid_request', { param: 'offset' })
    for (const [name, value] of parameters) {
      const [, field = '', operator] = /^(\w+)\[(after|between|is)\]$/.exec(name) ?? []
      const [low = 0, high = 0] = operator === 'between' ? (JSON.parse(value) as number[]) : [Number(value)]
      if (operator === 'after') objects = objects.filter((object) => Number(object[field]) > low)
      if (operator === 'between')
        objects = objects.filter((object) => Number(object[field]) >= low && Number(object[field]) <= high)
      if (operator === 'is') objects = objects.filter((object) => object[field] === value)
    }
    if (parameters.get('include_deleted') !== 'true') objects = objects.filter(({ deleted }) => deleted !== true)
    const sort = parameters.get('sort_by[desc]')
    const sorted = sort ? newestFirst(objects, sort) : objects
    const { page, next } = pageAt(sorted, offset, Number(parameters.get('limit') ?? 10))
    return {
      body: {
        list: page.map((object) => ({ [wrapper]: object })),
        ...(next !== null && { next_offset: JSON.stringify([next, oldestOffset]) }),
      },
    }
  }

  return {
    ...server,
    /** What a complete copy holds. */
    expected: (list: ChargebeeList) =>
      [...objects[list].values()].filter(({ deleted, status }) => deleted !== true && status !== 'deleted'),
    contacts: () => [...contacts.values()].flat(),
    insert: (list: ChargebeeList, object: Fields) =>
      put(list, { created_at: server.now(), updated_at: server.now(), date: server.now(), ...object }),
    /** The next page of a list is empty, with an offset that goes on from where it stands. */
    emptyPage: () =>
      server.answerOnce(({ path, parameters }) =>
        path.split('/').length === 4 && wrappers[path.split('/')[3] ?? '']
          ? { body: { list: [], next_offset: parameters.get('offset') ?? JSON.stringify([0, oldestOffset]) } }
          : undefined,
      ),
    /** Offsets that were handed out so far are refused. */
    expireOffsets: () => {
      oldestOffset++
    },
    update(list: ChargebeeList, id: string, change: Fields) {
      put(list, { ...objects[list].get(id), updated_at: server.now(), ...change })
    },
    /** As Chargebee deletes: most objects stay as deleted, an item has another status, a comment is gone. */
    removeAsShown(list: ChargebeeList, id: string) {
      if (list === 'comments') objects.comments.delete(id)
      else
        put(list, {
          ...objects[list].get(id),
          updated_at: server.now(),
          ...(list === 'items' ? { status: 'deleted' } : { deleted: true }),
        })
    },
    /** The ids of the rows of one parent, as the example makes them. */
    nestedIds(nested: string, parent: string): readonly string[] {
      const listIn = (list: ChargebeeList, field: string) =>
        (objects[list].get(parent)?.[field] ?? []) as readonly Fields[]
      if (nested === 'contacts') return (contacts.get(parent) ?? []).map(({ id }) => String(id))
      if (nested === 'subscription_items')
        return listIn('subscriptions', 'subscription_items').map(({ item_price_id: price }) => `${parent}:${price}`)
      return listIn('invoices', 'line_items').map(({ id }) => String(id))
    },
    removeWhole: (list: ChargebeeList, id: string) => void objects[list].delete(id),
  }
}
