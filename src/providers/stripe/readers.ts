import { type Fields, fields, list, reference } from '../../provider/fields.ts'

/*
 * Readers for shapes that several of Stripe's objects share.
 */

/**
 * The sum of `amount` over a list of taxes or discounts, in the minor unit. Older API versions send the sum as a
 * number.
 */
export function total(value: unknown): number | null {
  const amounts = list(value)?.map((entry) => fields(entry).amount) ?? [value]
  if (!amounts.every((amount) => Number.isSafeInteger(amount))) return null
  const sum = amounts.reduce((total: number, amount) => total + Number(amount), 0)
  return Number.isSafeInteger(sum) ? sum : null
}

/** The part of a line's taxes that its amount contains. Before API 2025-03-31 a tax said so by `inclusive`. */
export function inclusiveTax({ taxes, tax_amounts: amounts }: Fields): number | null {
  const all = list(taxes) ?? list(amounts)
  const inclusive = all?.filter((tax) => {
    const { tax_behavior: behavior, inclusive: contained } = fields(tax)
    return behavior === 'inclusive' || contained === true
  })
  return inclusive ? total(inclusive) : null
}

/** The ids in a list of ids or objects. */
export function references(value: unknown): readonly string[] | null {
  return (
    list(value)
      ?.map(reference)
      .filter((id) => id !== null) ?? null
  )
}
