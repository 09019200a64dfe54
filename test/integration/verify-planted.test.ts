import { getTableConfig } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { hasResource } from '../../src/db/live.ts'
import type { SyncedTable } from '../../src/db/schema.ts'
import { resources as ofPayPal } from '../../src/providers/paypal/resources/index.ts'
import { resources as ofShopify } from '../../src/providers/shopify/resources/index.ts'
import { resources as ofSquare } from '../../src/providers/square/resources/index.ts'
import { repairsOf } from '../../src/verify/repair.ts'
import { plantedKinds } from '../verify/planted-kinds.ts'
import { differingIn } from './compare-account.ts'
import { openPayPal } from './paypal-setup.ts'
import { openShop } from './shopify-setup.ts'
import { openSquare } from './square-setup.ts'

/* A difference is planted in one row of every table of PayPal, Square and Shopify. test/verify/planted.test.ts does the same for Stripe. */

interface Place {
  readonly name: string
  readonly table: SyncedTable
}

interface Resource extends Place {
  readonly optional?: boolean
  readonly nested?: readonly Place[]
}

const providers = {
  paypal: {
    resources: ofPayPal as readonly Resource[],
    async open() {
      const { paypal, ...parts } = await openPayPal({ transactions: 150 })
      paypal.advance(6 * 3_600)
      return parts
    },
  },
  square: { resources: ofSquare as readonly Resource[], open: () => openSquare({ payments: 150 }) },
  shopify: { resources: ofShopify as readonly Resource[], open: () => openShop({ orders: 60 }) },
}

const cases = (['paypal', 'square', 'shopify'] as const).flatMap((provider) =>
  Object.entries(plantedKinds('77')).map(([what, planted]) => ({ provider, what, planted })),
)

test.each(cases)(
  'verify finds $what in every resource of $provider, and its sentences about repairs are true',
  async ({ provider, planted }) => {
    const { resources, open } = providers[provider]
    const { stack, run, verify, compared } = await open()
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    expect(await verify()).toEqual([])
    const places = resources
      .filter(({ optional }) => !optional)
      .flatMap((resource): Place[] => [resource, ...(resource.nested ?? [])])
    const filled: Place[] = []
    for (const place of places) {
      const table = getTableConfig(place.table).name
      const [row] = await stack.query<{ id: string }>(
        `select id from ${table} where provider = $1 and deleted_at is null
          ${hasResource(place.table) ? `and resource = '${place.name}'` : ''} order by created_at desc nulls last, id limit 1`,
        [provider],
      )
      if (!row) continue
      filled.push(place)
      await stack.query(planted.statement(table, []), [row.id])
    }
    expect(filled.map(({ name }) => name)).toEqual(expect.arrayContaining(['customers', 'payments', 'refunds']))
    const comparisons = await compared()
    expect(differingIn(comparisons).toSorted(byResource)).toEqual(
      filled.map(({ name }) => ({ ...nothing, resource: name, [planted.kind]: 1 })).toSorted(byResource),
    )
    const sentences = repairsOf(comparisons.filter((comparison) => comparison.kind === 'compared'))
    const isForced = sentences.some((sentence) => sentence.includes('force_refresh'))
    expect(await run(isForced ? { force_refresh: true } : {})).toMatchObject({ status: 'completed' })
    expect(await verify()).toEqual([])
  },
)

const nothing = { missing: 0, changed: 0, extra: 0, unchecked: 0 }

const byResource = (left: { readonly resource: string }, right: { readonly resource: string }) =>
  left.resource < right.resource ? -1 : 1
