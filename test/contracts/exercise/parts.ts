import { expect } from 'vitest'
import type { ListSource } from '../../../src/provider/contract.ts'
import type { Item } from '../../../src/provider/item.ts'
import type { Check, ListSubject } from './check.ts'
import { itemsIn, objectsOf } from './pages.ts'
import { mostOf, never, readList, sorted } from './reading.ts'
import { arePure, takeAnyShape } from './rows.ts'

/** The names of a resource's parts; one that is undefined if it has none. */
export async function partsOf({ parts, partition }: ListSource): Promise<readonly (string | undefined)[]> {
  if (parts) return parts
  return partition ? await partition.list(never) : [undefined]
}

/** The list of one part. */
export const partOf = (source: ListSource, part: string | undefined): ListSource =>
  part === undefined ? source : { ...source, list: (query, signal) => source.list({ ...query, part }, signal) }

/** For `parts` and `partition`. */
export const partChecks: readonly Check<ListSubject>[] = [
  { title: 'are in one part each, and together whole', run: arePartitioned },
]

async function arePartitioned(subject: ListSubject): Promise<void> {
  const { fixture, account, source } = subject
  // The list of the subject is that of one part.
  const list = account.sources.find(({ name }) => name === source.name)?.list ?? source.list
  const whole = { ...source, list }
  const names = await partsOf(whole)
  expect(names.length, 'parts').toBeGreaterThan(1)
  expect(new Set(names).size).toBe(names.length)
  const ids = new Set<string | null>()
  for (const part of names) {
    const reading = { now: fixture.now(), limit: mostOf(source) }
    const items = itemsIn((await readList(partOf(whole, part), reading)).flat())
    expect(sorted(await objectsOf(subject, items))).toEqual(sorted(fixture.expected(source.name, part)))
    for (const item of items) {
      expect(ids.has(item.id)).toBe(false)
      ids.add(item.id)
      if (whole.partition) expect(String(part).split(',')).toContain(columnOf(whole, item))
    }
  }
}

const columnOf = ({ row, partition }: ListSource, item: Item): unknown =>
  Reflect.get(row(item), partition?.column ?? '')

/** For a resource that other resources show. */
export const derivedChecks: readonly Check<ListSubject>[] = [
  { title: 'are whole in the items of other resources', run: areDerived },
]

async function areDerived({ fixture, account, source, expected }: ListSubject): Promise<void> {
  const items: Item[] = []
  for (const name of source.derivedFrom ?? []) {
    const parent = account.sources.find((candidate) => candidate.name === name)
    if (!parent) throw new Error(`exerciseProvider: ${source.name} are derived from ${name}, which is no resource.`)
    for (const part of await partsOf(parent)) {
      const pages = await readList(partOf(parent, part), { now: fixture.now(), limit: mostOf(parent) })
      for (const item of itemsIn(pages.flat())) {
        const shown = (parent.embeddedItems?.(item)[source.name] ?? []).map((embedded) => embedded.item)
        items.push(...shown)
        const column = source.namedBy?.[name]
        if (column === undefined) continue
        for (const { id } of shown) expect(Reflect.get(parent.row(item), column), `${name}.${column}`).toBe(id)
      }
    }
  }
  arePure(source, items)
  takeAnyShape(source, items)
  const ids = new Set(items.map(({ id }) => id))
  expect([...ids].toSorted()).toEqual(expected.map((object) => (object as { id: string }).id).toSorted())
}
