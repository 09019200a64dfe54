import type { Step } from './steps.ts'

/** Products, prices, coupons and tax rates. */
export const merchandising: Readonly<Record<string, Step>> = {
  'product changes': (stage) => {
    const product = stage.pick('products')
    if (!product) return
    stage.update('products', product.id, { active: !product.active, updated: stage.now() })
    return product.id
  },
  'price is added': (stage) => stage.insert('prices', { nickname: null, active: true }).id,
  'price is deactivated': (stage) => {
    const price = stage.pick(
      'prices',
      ({ active, nickname }) => active === true && !String(nickname).startsWith('inline'),
    )
    if (!price) return
    stage.update('prices', price.id, { active: false })
    return price.id
  },
  'coupon is added': (stage) => stage.insert('coupons', { id: stage.newId('SIM-'), times_redeemed: 0 }).id,
  'coupon is deleted': (stage) => {
    const coupon = stage.pick('coupons', ({ id }) => id.startsWith('SIM-'))
    if (!coupon) return
    stage.remove('coupons', coupon.id)
    return coupon.id
  },
  'promotion code is retired': (stage) => {
    const code = stage.pick('promotion_codes', ({ active }) => active === true)
    if (!code) return
    stage.update('promotion_codes', code.id, { active: false })
    return code.id
  },
  'tax rate is archived': (stage) => {
    const rate = stage.pick('tax_rates', ({ active }) => active === true)
    if (!rate) return
    stage.update('tax_rates', rate.id, { active: false })
    return rate.id
  },
}
