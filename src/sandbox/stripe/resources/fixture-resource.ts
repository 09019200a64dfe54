import { readFileSync } from 'node:fs'
import type { GenerationInput, Resource, StripeObject } from '../resource.ts'
import type { GenericRow } from './by-name-table.ts'
import { modelled, type ResourceName } from './names.ts'

/** A list of fixtures, five of them in an account that has customers. */
export function genericResource(path: string, row: GenericRow): Resource {
  const { object, prefix, filters } = row
  return {
    path: `/v1/${path}`,
    object,
    idPrefix: prefix,
    createdField: 'created',
    createdFilter: row.created,
    count: (customers) => (customers === 0 ? 0 : 5),
    generate: (birth) => fromFixture(object, birth),
    filters: Object.fromEntries(filters.map((name) => [name, (one, value) => String(one[name]) === value])),
    ...(object === 'review' ? { hidden: (review: StripeObject) => review.open === false } : {}),
    expandable: {},
    deleted: object.startsWith('terminal.') ? 'stub' : 'missing',
  }
}

function fromFixture(object: string, { n, id, created, livemode, dataset }: GenerationInput): StripeObject {
  const fixture = fixtures().get(object) ?? { created, livemode }
  const own = {
    ...('created' in fixture ? { created } : {}),
    ...('livemode' in fixture ? { livemode } : {}),
    ...(object === 'review' ? { open: true } : {}),
  }
  const told = replaced(fixture, (field) => {
    const name = references[field]
    return name === undefined || dataset.count(name) === 0 ? undefined : dataset.id(name, n % dataset.count(name))
  })
  return { ...told, id, object, ...own }
}

type Fields = Readonly<Record<string, unknown>>

/** The fixture with its references led to objects of the account. */
function replaced(fixture: Fields, idFor: (field: string) => string | undefined): Fields {
  const value = (field: string, old: unknown): unknown => {
    if (typeof old === 'string') return idFor(field) ?? old
    if (Array.isArray(old)) return old.map((one) => (isFields(one) ? replaced(one, idFor) : one))
    return isFields(old) ? replaced(old, idFor) : old
  }
  return Object.fromEntries(Object.entries(fixture).map(([field, old]) => [field, value(field, old)]))
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `customer` is the id of one of `customers`, and so on. */
const references: Readonly<Record<string, ResourceName>> = Object.fromEntries(
  modelled.map((name) => [name.replace(/s$/, ''), name]),
)

let read: ReadonlyMap<string, Fields> | undefined

/** Objects of github.com/stripe/openapi, a line each; read when a list of them is first asked for. */
function fixtures(): ReadonlyMap<string, Fields> {
  if (read) return read
  const lines = readFileSync(new URL('fixtures.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const objects = lines.map((line): Fields => JSON.parse(line))
  read = new Map(objects.map((object) => [String(object.object), object]))
  return read
}
