import { describe, expect, it } from 'vitest'
import type { Page } from '../../src/provider/contract.ts'
import { openAnswer } from '../../src/provider/item.ts'
import { numberedPage } from '../../src/providers/paypal/list.ts'
import { invoices } from '../../src/providers/paypal/resources/invoices.ts'
import { checkWhole, newWholeCheck } from '../../src/sync/whole-list.ts'

const link = { rel: 'next', href: 'https://api-m.paypal.com/v2/invoicing/search-invoices?page=9' }

/** A page of two items of a list, as PayPal's answer would give it. */
function pageOf(body: object, cursor: string | null = null): Page {
  const json = openAnswer(Buffer.from(JSON.stringify(body)), () => new Error('no JSON'))
  return numberedPage({ json, date: new Date(0) }, { query: { cursor, limit: 2 }, name: 'items' })
}

describe('a page with a number', () => {
  const items = (...ids: readonly string[]) => ids.map((id) => ({ id }))

  it('is the last if it is that of the total and has no link to another', () => {
    expect(pageOf({ items: items('a', 'b'), total_items: 4, total_pages: 2, links: [] }).next).toBe('2')
    expect(pageOf({ items: items('c', 'd'), total_items: 4, total_pages: 2, links: [] }, '2').next).toBeNull()
  })

  it('is followed by the page that it links to, though the total says that there is none', () => {
    const whole = newWholeCheck()
    const first = pageOf({ items: items('a', 'b'), total_items: 2, total_pages: 1, links: [link] })
    expect(first.next).toBe('2')
    checkWhole('invoices', whole, first)
    const second = pageOf({ items: items('c'), total_items: 2, total_pages: 1, links: [] }, '2')
    expect(() => checkWhole('invoices', whole, second)).toThrowError(expect.objectContaining({ code: 'list_changed' }))
  })

  it('ends the list if it has no items, whatever it links to', () => {
    expect(pageOf({ items: [], total_items: 2, total_pages: 1, links: [link] }, '2').next).toBeNull()
  })
})

it('the amount of an invoice line is exact: 18.00 times 1.1 is 19.80', () => {
  const lines = invoices.nested?.[0]
  const amountOf = (value: string, quantity: string) => {
    const line = { id: 'L', name: 'Hours', quantity, unit_amount: { currency_code: 'EUR', value } }
    const invoice = openAnswer(Buffer.from(JSON.stringify({ id: 'INV2-A', items: [line] })), () => new Error('no JSON'))
    const [item] = lines?.embedded(invoice.whole)?.items ?? []
    return item && lines && new Map(Object.entries(lines.row(item))).get('amount')
  }
  expect(amountOf('18.00', '1.1')).toBe(1_980)
  expect(amountOf('3.00', '0.1')).toBe(30)
  expect(amountOf('0.33', '0.5')).toBeNull()
})
