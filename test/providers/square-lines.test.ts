import { expect, it } from 'vitest'
import { openAnswer } from '../../src/provider/item.ts'
import { orders } from '../../src/providers/square/resources/orders.ts'

it('a line of an order without a uid has its place as its id, as the specification does not require a uid', () => {
  const lineItems = [{ uid: 'aB3', quantity: '1' }, { quantity: '2' }, { uid: null, quantity: '2.5' }]
  const body = JSON.stringify({ id: 'ORDER', line_items: lineItems })
  const order = openAnswer(Buffer.from(body), () => new Error('no JSON'))
  const found = orders.nested?.[0]?.embedded(order.whole)?.items.map(({ id }) => id)
  expect(found).toEqual(['ORDER:aB3', 'ORDER:1', 'ORDER:2'])
})
