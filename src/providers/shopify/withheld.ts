import { type ShopifyError, ShopifyRefusal } from './answer.ts'

/*
 * Fields that Shopify does not show to an app: it lacks their scope, or the approval for protected customer data. Shopify
 * says so with an error for each of them, beside the data. A document names such a field in a variable of the same name,
 * `$product: Boolean! = true`, and is asked for again without the field.
 */
export interface Withheld {
  /** The variables that leave fields out of a document. */
  variablesOf(document: string): Readonly<Record<string, false>>
  /** The fields that an error is about, if the document can do without all of them. */
  learn(error: unknown, document: string): readonly string[]
  /** The sentence about the fields that the document does without; undefined if there are none. */
  noteOf(document: string, resource: string): string | undefined
}

/**
 * An address is left out with the customer that it belongs to: the erasure of a customer would not find the order that has
 * it.
 */
const personal: Readonly<Record<string, readonly string[]>> = { customer: ['email'] }

export function createWithheld(): Withheld {
  /** What each field needs, as far as Shopify names it. */
  const needed = new Map<string, string>()
  const among = (document: string) => [...needed.keys()].filter((field) => isOptional(field, document))
  return {
    variablesOf: (document) => Object.fromEntries(among(document).map((field) => [field, false] as const)),
    learn(error, document) {
      const refused = refusedFields(error, document)
      for (const [field, access] of refused)
        for (const name of [field, ...(personal[field] ?? [])]) if (!needed.has(name)) needed.set(name, access)
      return [...refused.keys()]
    },
    noteOf(document, resource) {
      const fields = among(document)
      if (fields.length === 0) return undefined
      const lists = [...new Set(fields.map((field) => needed.get(field)))].map(
        (access) => `${fields.filter((field) => needed.get(field) === access).join(', ')} (${access})`,
      )
      return `${resource}: Shopify withholds ${lists.join(' and ')} from the app, and their columns are null. Give the app this access, then run a full job`
    },
  }
}

const isOptional = (field: string, document: string) => document.includes(`$${field}: Boolean! = true`)

/** The fields that an answer refused, with what they need; empty if it refused or failed in anything else as well. */
function refusedFields(error: unknown, document: string): ReadonlyMap<string, string> {
  const errors = error instanceof ShopifyRefusal ? error.errors : []
  const refused = errors.map((entry) => [fieldOf(entry, document), accessOf(entry)] as const)
  const known = refused.flatMap(([field, access]) => (field === undefined ? [] : [[field, access] as const]))
  return new Map(known.length === errors.length ? known : [])
}

/** The optional field at or around the place of an error. */
function fieldOf({ code, path }: ShopifyError, document: string): string | undefined {
  return code === 'ACCESS_DENIED' ? path.findLast((name) => isOptional(name, document)) : undefined
}

/** The scope that Shopify names. It names none where the app is not approved for what persons are protected by. */
const accessOf = ({ requiredAccess }: ShopifyError) =>
  scopeIn(requiredAccess) ?? 'the approval for protected customer data'

/** The first scope in what Shopify says that the caller needs. */
export const scopeIn = (requiredAccess: string | null): string | undefined =>
  /`?(read_[a-z_]{2,60})`?/.exec(requiredAccess ?? '')?.[1]
