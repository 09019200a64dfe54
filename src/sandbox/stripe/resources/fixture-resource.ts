import { readFileSync } from 'node:fs'
import type { GenerationInput, Resource, StripeObject } from '../resource.ts'
import type { FixtureList } from './by-name-table.ts'
import { modelled, type ResourceName } from './names.ts'

/** A list of fixtures: five objects in an account that has customers. */
export function createFixtureResource(path: string, row: FixtureList): Resource {
  const { object, prefix, filters } = row
  return {
    path: `/v1/${path}`,
    object,
    idPrefix: prefix,
    createdField: 'created',
    createdFilter: row.created,
    count: (customers) => (customers === 0 ? 0 : 5),
    generate: (birth) => fromFixture(object, birth),
    filters: Object.fromEntries(filters.map((name) => [name, (object, value) => String(object[name]) === value])),
    ...(object === 'review' ? { hidden: (review: StripeObject) => review.open === false } : {}),
    expandable: {},
    deleted: object.startsWith('terminal.') ? 'stub' : 'missing',
  }
}

function fromFixture(object: string, { n, id, created, livemode, dataset }: GenerationInput): StripeObject {
  const fixture = fixtures().get(object) ?? { created, livemode }
  const identity = {
    ...('created' in fixture ? { created } : {}),
    ...('livemode' in fixture ? { livemode } : {}),
    ...(object === 'review' ? { open: true } : {}),
  }
  const fields = withReferences(fixture, (field) => {
    const name = references[field]
    return name === undefined || dataset.count(name) === 0 ? undefined : dataset.id(name, n % dataset.count(name))
  })
  return { ...fields, id, object, ...identity }
}

type Fields = Readonly<Record<string, unknown>>

/** The fixture with references to objects of the account in place of its own. */
function withReferences(fixture: Fields, idFor: (field: string) => string | undefined): Fields {
  const value = (field: string, old: unknown): unknown => {
    if (typeof old === 'string') return idFor(field) ?? old
    if (Array.isArray(old)) return old.map((entry) => (isFields(entry) ? withReferences(entry, idFor) : entry))
    return isFields(old) ? withReferences(old, idFor) : old
  }
  return Object.fromEntries(Object.entries(fixture).map(([field, old]) => [field, value(field, old)]))
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The field `customer` refers to `customers`, and so on. */
const references: Readonly<Record<string, ResourceName>> = Object.fromEntries(
  modelled.map((name) => [name.replace(/s$/, ''), name]),
)

let fixturesByObject: ReadonlyMap<string, Fields> | undefined

/** The fixtures of github.com/stripe/openapi, an object a line. The file is read on first use. */
function fixtures(): ReadonlyMap<string, Fields> {
  if (fixturesByObject) return fixturesByObject
  const lines = readFileSync(new URL('fixtures.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const objects = lines.map((line): Fields => JSON.parse(line))
  fixturesByObject = new Map(objects.map((object) => [String(object.object), object]))
  return fixturesByObject
}
