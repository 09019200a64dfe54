import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type DocumentedProvider, providers } from '../../scripts/docs/providers.ts'
import { resources } from '../../scripts/docs/resources.ts'
import { customers, orders, providerObjects } from '../../src/db/schema.ts'
import { dateTime, text } from '../../src/provider/fields.ts'
import { absent, at, type Columns, mapping } from '../../src/provider/mapping.ts'
import { createProviders } from '../../src/providers/index.ts'

const row = mapping<typeof customers>({
  email: text,
  createdAt: at(dateTime, 'created_at'),
  ...absent('name', 'phone', 'description', 'currency', 'balance', 'delinquent', 'country', 'livemode', 'metadata'),
  ...absent('updatedAt'),
} satisfies Columns<typeof customers>)

const listed = { table: customers, row, owner: {} }
const byCreation = { createdFilter: { field: 'created_at', read: dateTime } }

const shop: DocumentedProvider = {
  name: 'shop',
  title: 'Shop',
  currencyDigits: { HUF: 0 },
  resources: [
    { ...listed, ...byCreation, name: 'customers', updatedFilter: { field: 'updated_at', read: dateTime } },
    { ...listed, name: 'buyers' },
    { ...listed, ...byCreation, name: 'guests' },
    { ...listed, ...byCreation, name: 'visitors', unsettled: { by: { column: 'updatedAt' }, values: [null] } },
    { name: 'orders', table: orders, row: () => ({ id: '1' }), owner: null },
    {
      name: 'gift_cards',
      table: providerObjects,
      row: () => ({ id: '1', resource: 'gift_cards' }),
      owner: null,
      optional: true,
    },
  ],
}

test('every provider that a message may name has a section, and no other', async () => {
  const find = createProviders({ stripe: {}, square: {}, shopify: {}, paypal: {} } as unknown as Parameters<
    typeof createProviders
  >[0])
  const named = (await Promise.all(providers.map(({ name }) => find(name)))).map(({ name }) => name)
  await expect(find('unicorn')).rejects.toThrow(`list: ${named.join(', ')}.`)
  const sections = [...readFileSync('docs/resources.md', 'utf8').matchAll(/^## (.*)$/gm)].map(([, title]) => title)
  const titles = providers.map(({ title }) => title)
  expect(sections).toEqual(['Tables', ...titles, 'How an incremental job sees a change'])
})

test('a provider has its resources, the columns it never fills, its lists by name and its changes in its sections', () => {
  const page = resources([...providers, shop])
  const [, section = ''] = /^## Shop\n([\s\S]*?)^## /m.exec(page) ?? []
  expect(section).toContain(
    '| customers | `customers` | name, phone, description, currency, balance, delinquent, country, livemode, metadata, updated_at |',
  )
  expect(section).toContain('| orders | `orders` |  |')
  expect(section).toContain('1 more lists are read')
  expect(section).toContain('- `gift_cards`')
  expect(section).not.toContain('subscription_schedules')
  const [, changes = ''] = /^### Changes of Shop\n([\s\S]*)/m.exec(page) ?? []
  expect(changes.trim().split('\n').slice(2)).toEqual([
    '| new, changed | by time of change | `customers` |',
    '| new, changed | the list is read whole | `buyers`, `guests`, `orders`, `gift_cards` |',
    '| new | by time of creation | `visitors` |',
    '| changed | while `updated_at` is null | `visitors` |',
  ])
  expect(page).toContain('Shop counts HUF in whole units.')
})
