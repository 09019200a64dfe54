import { oneIn, type Random } from '../../server/random.ts'
import { nestedGid } from '../gids.ts'
import { type Currencies, inCurrency, moneyBag } from '../money.ts'
import type { Dataset } from '../resource.ts'
import type { Fields } from '../shopify-object.ts'
import { variantAt } from './variant-facts.ts'

/** Amounts are in the smallest unit of the customer's currency. */
export interface LineFacts {
  /** The number of the variant; undefined for what the shop typed in. */
  readonly variant: number | undefined
  readonly unit: number
  readonly quantity: number
  /** Of the whole line. */
  readonly discount: number
  readonly tax: number
  readonly sellingPlan: number | undefined
  readonly contract: number | undefined
}

/** One order in 25 has more lines than a page of twenty, and one in a thousand more than any page can have. */
export function linesOf(n: number, currency: string, random: Random, data: Dataset): LineFacts[] {
  const count = n % 997 === 500 ? 260 : n % 25 === 7 ? 21 + (random() % 20) : 1 + (random() % 4)
  const variants = data.count('productVariants')
  const contracts = data.count('subscriptionContracts')
  return Array.from({ length: count }, (_, index) => {
    const variant = variants === 0 || oneIn(random, 15) ? undefined : random() % variants
    const cents = variant === undefined ? 100 + (random() % 20_000) : variantAt(variant, data).cents
    const unit = n % 997 === 499 && index === 0 ? 2 ** 31 + n : inCurrency(cents, currency)
    const quantity = 1 + (random() % 3)
    const discount = oneIn(random, 4) ? Math.floor((unit * quantity) / 10) : 0
    const isRecurring = oneIn(random, 10)
    return {
      variant,
      unit,
      quantity,
      discount,
      tax: oneIn(random, 2) ? Math.round((unit * quantity - discount) * taxRate) : 0,
      sellingPlan: isRecurring ? random() : undefined,
      contract: isRecurring && contracts > 0 ? random() % contracts : undefined,
    }
  })
}

const taxRate = 0.19

/** A line as the API shows it. */
export function lineObject(
  order: string,
  index: number,
  line: LineFacts,
  currencies: Currencies,
  data: Dataset,
): Fields {
  const { variant, unit, quantity, discount, tax, sellingPlan, contract } = line
  const { title, option, sku, product } = variant === undefined ? custom : variantAt(variant, data)
  const bag = (amount: number) => moneyBag(amount, currencies)
  const groups = data.count('sellingPlanGroups')
  const group =
    sellingPlan === undefined || groups === 0 ? undefined : data.id('sellingPlanGroups', sellingPlan % groups)
  return {
    id: nestedGid('LineItem', order, index),
    __typename: 'LineItem',
    name: option === null ? title : `${title} - ${option}`,
    title,
    variantTitle: option,
    sku,
    vendor: variant === undefined ? null : 'Sandbox & Söhne',
    quantity,
    currentQuantity: quantity,
    refundableQuantity: quantity,
    taxable: tax > 0,
    requiresShipping: variant !== undefined,
    isGiftCard: false,
    product: variant === undefined ? null : data.reference('products', product),
    variant: data.reference('productVariants', variant),
    sellingPlan: group
      ? { __typename: 'LineItemSellingPlan', name: 'Monthly', sellingPlanId: nestedGid('SellingPlan', group, 0) }
      : null,
    contract: data.reference('subscriptionContracts', contract),
    originalUnitPriceSet: bag(unit),
    discountedUnitPriceSet: bag(unit),
    discountedUnitPriceAfterAllDiscountsSet: bag(Math.floor((unit * quantity - discount) / quantity)),
    originalTotalSet: bag(unit * quantity),
    discountedTotalSet: bag(unit * quantity - discount),
    totalDiscountSet: bag(discount),
    taxLines:
      tax > 0 ? [{ __typename: 'TaxLine', title: 'VAT', rate: taxRate, ratePercentage: 19, priceSet: bag(tax) }] : [],
    customAttributes: [],
    discountAllocations: [],
  }
}

const custom = { title: 'Custom “item”', option: null, sku: null, product: undefined }
