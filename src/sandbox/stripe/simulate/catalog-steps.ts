import type { Step } from './simulated-account.ts'

/** Products, prices, coupons and tax rates. */
export const catalogSteps: Readonly<Record<string, Step>> = {
  'product changes': (account) => {
    const product = account.pick('products')
    if (!product) return
    account.update('products', product.id, { active: !product.active, updated: account.now() })
    return product.id
  },
  'price is added': (account) => account.insert('prices', { nickname: null, active: true }).id,
  'price is deactivated': (account) => {
    const price = account.pick(
      'prices',
      ({ active, nickname }) => active === true && !String(nickname).startsWith('inline'),
    )
    if (!price) return
    account.update('prices', price.id, { active: false })
    return price.id
  },
  'coupon is added': (account) => account.insert('coupons', { id: account.newId('SIM-'), times_redeemed: 0 }).id,
  'coupon is deleted': (account) => {
    const coupon = account.pick('coupons', ({ id }) => id.startsWith('SIM-'))
    if (!coupon) return
    account.remove('coupons', coupon.id)
    return coupon.id
  },
  'promotion code is retired': (account) => {
    const code = account.pick('promotion_codes', ({ active }) => active === true)
    if (!code) return
    account.update('promotion_codes', code.id, { active: false })
    return code.id
  },
  'tax rate is archived': (account) => {
    const rate = account.pick('tax_rates', ({ active }) => active === true)
    if (!rate) return
    account.update('tax_rates', rate.id, { active: false })
    return rate.id
  },
}
