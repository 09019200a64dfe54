import { fraction, oneIn, pick, type Random } from '../../server/random.ts'
import { money } from '../money.ts'
import type { Fields } from '../square-object.ts'

interface Line {
  readonly item: Fields
  readonly tax: number
  readonly discount: number
}

/** One line in most orders, up to seven, that together cost exactly so much. */
export function linesOf(amount: number, currency: string, random: Random) {
  const count = oneIn(random, 3) ? 2 + (random() % 6) : 1
  const taxed = oneIn(random, 3)
  const discounted = oneIn(random, 5)
  let left = amount
  const lines = Array.from({ length: count }, (_, at) => {
    const total = at === count - 1 ? left : Math.floor(fraction(random) * left)
    left -= total
    return line(at, { total, tax: taxed ? Math.round(total / 11) : 0, discount: discounted ? 50 : 0, currency }, random)
  })
  const sum = (values: readonly number[]) =>
    money(
      values.reduce((all, value) => all + value, 0),
      currency,
    )
  const taxes = {
    uid: 'tax',
    name: 'Sales tax',
    type: 'ADDITIVE',
    percentage: '10.0',
    scope: 'ORDER',
    applied_money: sum(lines.map(({ tax }) => tax)),
  }
  const discounts = {
    uid: 'discount',
    name: 'Regulars',
    type: 'FIXED_AMOUNT',
    scope: 'LINE_ITEM',
    amount_money: money(50, currency),
    applied_money: sum(lines.map(({ discount }) => discount)),
  }
  return { lines, taxes: taxed ? [taxes] : [], discounts: discounted ? [discounts] : [] }
}

interface LinePrice {
  /** With the tax and without the discount. */
  readonly total: number
  readonly tax: number
  readonly discount: number
  readonly currency: string
}

function line(at: number, { total, tax, discount, currency }: LinePrice, random: Random): Line {
  const gross = total - tax + discount
  // A quantity is text, and may be a fraction: half a kilogram at twice the price.
  const [quantity, base] = oneIn(random, 6) ? ['0.5', gross * 2] : gross % 3 === 0 ? ['3', gross / 3] : ['1', gross]
  const applied = {
    ...(tax > 0 ? { applied_taxes: [{ uid: `t${at}`, tax_uid: 'tax', applied_money: money(tax, currency) }] } : {}),
    ...(discount > 0
      ? { applied_discounts: [{ uid: `d${at}`, discount_uid: 'discount', applied_money: money(discount, currency) }] }
      : {}),
  }
  const item = {
    // Unique within its order only.
    uid: `line-${at}`,
    // A custom amount has neither a name nor a catalog object.
    ...(oneIn(random, 8)
      ? { item_type: 'CUSTOM_AMOUNT' }
      : {
          item_type: 'ITEM',
          name: pick(random, names),
          variation_name: 'Regular',
          catalog_object_id: 'ITEMVARIATION',
        }),
    quantity,
    ...(oneIn(random, 10) ? { note: 'ohne Zucker', metadata: { table: '4' } } : {}),
    ...applied,
    base_price_money: money(base, currency),
    variation_total_price_money: money(gross, currency),
    gross_sales_money: money(gross, currency),
    total_tax_money: money(tax, currency),
    total_discount_money: money(discount, currency),
    total_money: money(total, currency),
    total_service_charge_money: money(0, currency),
  }
  return { item, tax, discount }
}

const names = ['Flat white', 'Crème brûlée', '抹茶ラテ', 'Käsekuchen 🍰', 'قهوة', 'Beans, 1 kg', 'Gift wrap'] as const
