import type { Identity, Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { dateTime, fields, text } from '../../provider/fields.ts'
import { unusable } from './answer.ts'
import { openShopify, type ShopifyConnection, type ShopifySettings } from './connection.ts'
import { deletions } from './deletions.ts'
import { failure } from './failure.ts'
import { resources } from './resources/index.ts'

export type { ShopifySettings } from './connection.ts'

/** Shopify opened in June 2006. */
const shopifyBegan = Date.UTC(2006, 5, 1) / 1_000

export function shopify(settings: ShopifySettings): Provider {
  return defineProvider<ShopifyConnection>({
    name: 'shopify',
    resources,
    changes: deletions,
    open: (credentials) => openShopify(credentials, settings),
    failure,
    identify,
  })
}

const shopDocument = 'query shop { shop { id createdAt } }'

/** Identifies the shop by its number: its name can be changed. Every token may ask. */
async function identify(connection: ShopifyConnection): Promise<Identity> {
  const { data } = await connection.query({ document: shopDocument })
  const shop = fields(data.at('shop').value())
  const number = /^gid:\/\/shopify\/Shop\/(\d{1,20})$/.exec(text(shop.id) ?? '')?.[1]
  if (number === undefined) throw unusable('does not name the shop')
  const created = dateTime(shop.createdAt)
  return { account: number, since: created ? Math.floor(created.getTime() / 1_000) : shopifyBegan }
}
