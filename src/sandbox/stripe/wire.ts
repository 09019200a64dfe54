import type Stripe from 'stripe'

/** A type of the `stripe` package as its JSON holds it: the SDK's `Decimal` is a string there. */
export type Wire<T> = T extends Stripe.Decimal
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Wire<Item>[]
      : T extends object
        ? { [Field in keyof T]: Wire<T[Field]> }
        : T
