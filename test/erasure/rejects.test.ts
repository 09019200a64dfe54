import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { aboutCustomer, mentions, prominentCustomer } from './about-customer.ts'
import { exempt, openErasure } from './erasure-setup.ts'

test('rejects about the customer are removed with the rows about them, and do not come back', async () => {
  const { sandbox, query, sync, account, deps, verify: compare } = await openErasure({ exempt })
  const person = prominentCustomer(sandbox)
  const about = aboutCustomer(sandbox, person.id)
  const refused = [...about.payments!]
  const [other] = sandbox.expected('charges').filter(({ id }) => !about.payments!.has(id))
  for (const id of [...refused, other!.id])
    sandbox.update('charges', id, { description: 'refused', payment_intent: null }, { silent: true })
  for (const id of about.refunds!) sandbox.update('refunds', id, { payment_intent: null }, { silent: true })
  // Nothing but what was put aside leads from the customer to what moved the account's balance.
  for (const id of about.payment_intents!)
    sandbox.update('payment_intents', id, { latest_charge: null }, { silent: true })
  expect(about.balance_transactions!.size).toBeGreaterThan(0)
  await query(`alter table payments add constraint mine check (description is distinct from 'refused')`)
  await sync(undefined)
  const aside = () => query('select item_key from sync_rejects order by item_key collate "C"')
  expect(await aside()).toEqual([...refused, other!.id].toSorted().map((item_key) => ({ item_key })))
  const { removed } = await eraseCustomer(deps, { ...account, customer: person.id })
  expect(removed.get('sync_rejects')).toBe(refused.length)
  const needles = [...person.needles, ...refused, ...about.refunds!, ...about.balance_transactions!]
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([{ item_key: other!.id }])
  await sync(undefined)
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([{ item_key: other!.id }])
  await query('alter table payments drop constraint mine')
  await sync(undefined)
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([])
  expect((await compare()).differing).toEqual([])
})

test('an item about an erased customer that cannot be stored is not kept as a reject', async () => {
  const { sandbox, query, sync, account, deps } = await openErasure({ exempt })
  const person = prominentCustomer(sandbox)
  await eraseCustomer(deps, { ...account, customer: person.id })
  sandbox.onRequest(({ path }) => {
    if (path === '/v1/invoices') sandbox.update('customers', person.id, { description: 'seen' }, { silent: true })
  })
  const [invoice] = aboutCustomer(sandbox, person.id).invoices!
  sandbox.update('invoices', invoice!, {
    lines: [{ object: 'line_item', description: person.name, customer: person.id }],
  })
  const { row } = await sync(undefined)
  expect(row).toMatchObject({ rejected: '1' })
  expect(await mentions(query, person.needles)).toEqual({})
})
