import { fields, text } from '../../../provider/fields.ts'
import type { LiveEvents } from '../../../provider/live.ts'

/**
 * `x.myshopify.com`. Topics about persons name the shop in the body, which is signed. The others name it in a header,
 * which is not signed.
 */
export const route: LiveEvents['route'] = (event, { headers }) =>
  text(fields(event.value()).shop_domain) ?? headers['x-shopify-shop-domain'] ?? ''
