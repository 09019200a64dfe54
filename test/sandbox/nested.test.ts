import { describe, expect, it } from 'vitest'
import { type NestedName, nestedNames, type Sandbox, type StripeObject } from '../../src/sandbox/stripe/index.ts'
import { ask, asSent, idsOf, readAll, sdk, setup } from './support.ts'

const read: Record<NestedName, (sandbox: Sandbox, parent: string) => Promise<readonly StripeObject[]>> = {
  subscription_items: (sandbox, subscription) => readAll(sdk(sandbox).subscriptionItems.list({ subscription })),
  invoice_lines: (sandbox, invoice) => readAll(sdk(sandbox).invoices.listLineItems(invoice)),
  credit_note_lines: (sandbox, note) => readAll(sdk(sandbox).creditNotes.listLineItems(note)),
  charge_refunds: async (sandbox, charge) => {
    const { body } = await ask(sandbox, `/v1/charges/${charge}/refunds?limit=100`)
    return body.data
  },
}

describe('a nested list', () => {
  it.each(nestedNames)('can be read to its end for one parent: %s', async (name) => {
    const sandbox = await setup({ customers: 200 })
    const parents = [...new Set(sandbox.expectedNested(name).map(({ parent }) => parent))]
    const rows = new Map(parents.map((parent) => [parent, sandbox.rows(name, parent)]))
    const longest = [...rows].sort(([, a], [, b]) => b.length - a.length).slice(0, 3)
    expect(longest[0]![1].length).toBeGreaterThan(10)
    expect([...rows.values()].flat()).toEqual(sandbox.expectedNested(name).map(({ row }) => row))
    for (const [parent, all] of longest) expect(await read[name](sandbox, parent)).toEqual(all)
  })

  it.each([
    { parent: 'subscriptions', field: 'items', lengths: [11, 25] },
    { parent: 'invoices', field: 'lines', lengths: [11, 120] },
    { parent: 'credit_notes', field: 'lines', lengths: [11] },
  ] as const)('embeds its first ten rows in $parent', async ({ parent, field, lengths }) => {
    const sandbox = await setup({ customers: 200 })
    const name = {
      subscriptions: 'subscription_items',
      invoices: 'invoice_lines',
      credit_notes: 'credit_note_lines',
    } as const
    const rowCounts = new Set<number>()
    for (const object of sandbox.expected(parent)) {
      const rows = sandbox.rows(name[parent], object.id)
      rowCounts.add(rows.length)
      expect(object[field]).toMatchObject({ object: 'list', data: rows.slice(0, 10), has_more: rows.length > 10 })
    }
    for (const length of lengths) expect(rowCounts).toContain(length)
  })

  it('of refunds is embedded in a charge only if the request expands it', async () => {
    const sandbox = await setup({ customers: 100 })
    const [charge] = sandbox
      .expectedNested('charge_refunds')
      .map(({ parent }) => parent)
      .filter((id, at, all) => all.indexOf(id, at + 10) > 0)
    const plain = await ask(sandbox, `/v1/charges/${charge}`)
    const { body } = await ask(sandbox, `/v1/charges/${charge}?expand[]=refunds`)
    expect(plain.body).not.toHaveProperty('refunds')
    expect([body.refunds.data.length, body.refunds.has_more]).toEqual([10, true])
    const listed = await sdk(sandbox).charges.list({ limit: 100, expand: ['data.refunds'] })
    expect(listed.data.every(({ refunds }) => refunds?.object === 'list')).toBe(true)
    const filtered = await readAll(sdk(sandbox).refunds.list({ charge: charge! }))
    expect(filtered).toEqual(sandbox.rows('charge_refunds', charge!))
  })

  it('pages in both directions and refuses what Stripe refuses', async () => {
    const sandbox = await setup({ customers: 200 })
    const long = sandbox
      .expected('subscriptions')
      .find(({ id }) => sandbox.rows('subscription_items', id).length === 25)!
    const ids = idsOf(sandbox.rows('subscription_items', long.id))
    const page = (query: string) => ask(sandbox, `/v1/subscription_items?subscription=${long.id}&${query}`)
    const pages = await Promise.all(
      [`starting_after=${ids[9]}`, `ending_before=${ids[20]}&limit=3`, 'limit=100'].map(page),
    )
    expect(pages.map(({ body }) => [idsOf(body.data), body.has_more])).toEqual([
      [ids.slice(10, 20), true],
      [ids.slice(17, 20), true],
      [ids, false],
    ])
    const refusals = await Promise.all([
      ask(sandbox, '/v1/subscription_items'),
      ask(sandbox, '/v1/subscription_items?subscription=sub_nobody'),
      page('starting_after=si_nobody'),
      page('created[gte]=1'),
      ask(sandbox, '/v1/invoices/in_nobody/lines'),
      ask(sandbox, '/v1/invoices/in_nobody/friends'),
    ])
    expect(refusals.map(({ status, body }) => [status, body.error.code])).toEqual([
      [400, 'parameter_missing'],
      [400, 'resource_missing'],
      [400, 'resource_missing'],
      [400, 'parameter_unknown'],
      [404, 'resource_missing'],
      [404, undefined],
    ])
  })

  it('changes with its parent, and its rows can be read by id', async () => {
    const sandbox = await setup({ customers: 60 })
    const subscription = sandbox.expected('subscriptions')[0]!
    const [first] = sandbox.rows('subscription_items', subscription.id)
    const items = Array.from({ length: 12 }, (_, at) => ({ ...first!, id: `si_new${at}`, quantity: at }))
    sandbox.update('subscriptions', subscription.id, { items })
    const { body } = await ask(sandbox, `/v1/subscriptions/${subscription.id}`)
    expect([body.items.data, body.items.has_more]).toEqual([items.slice(0, 10), true])
    const rows = await Promise.all(['si_new11', first!.id].map((id) => ask(sandbox, `/v1/subscription_items/${id}`)))
    expect([rows[0]!.body, rows[1]!.status]).toEqual([items[11], 404])
    const other = sandbox.expectedNested('subscription_items').at(-1)!.row
    expect((await ask(sandbox, `/v1/subscription_items/${other.id}`)).body).toEqual(other)
  })

  it('can be given as an array of all rows with a new parent', async () => {
    const sandbox = await setup({ customers: 60 })
    const [line] = sandbox.expectedNested('invoice_lines').map(({ row }) => row)
    const lines = Array.from({ length: 11 }, (_, at) => ({ ...line!, id: `il_new${at}` }))
    const invoice = sandbox.insert('invoices', { id: 'in_new', lines })
    expect(invoice.lines).toMatchObject({ data: lines.slice(0, 10), has_more: true, url: '/v1/invoices/in_new/lines' })
    expect(asSent(await readAll(sdk(sandbox).invoices.listLineItems('in_new')))).toEqual(lines)
  })
})
