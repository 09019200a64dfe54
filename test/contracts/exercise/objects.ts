import { expect } from 'vitest'
import type { Item } from '../../../src/provider/item.ts'
import { type Check, isNever, type ListSubject, leverOf } from './check.ts'
import { itemsIn } from './pages.ts'
import { mostOf, never, readList, readPages } from './reading.ts'
import { arePure, takeAnyShape } from './rows.ts'

const itemsOf = async ({ fixture, source }: ListSubject) =>
  itemsIn((await readList(source, { now: fixture.now(), limit: mostOf(source) })).flat())

/** What a resource tells of its objects besides their list. Only the parts of the contract that it has. */
export function objectChecks({ source }: Pick<ListSubject, 'source'>): readonly Check<ListSubject>[] {
  const { retrieve, gone, unsettled, touched, embeddedItems, nested } = source
  const has = (part: unknown, ...checks: readonly Check<ListSubject>[]) => (part ? checks : [])
  return [
    ...has(
      retrieve,
      { title: 'can be fetched by id, as the list shows them', run: areFetched },
      { title: 'are null by id once they are gone', alters: true, run: areGone },
    ),
    ...has(gone, { title: 'stay in the list as tombstones once they are gone', alters: true, run: areTombstones }),
    ...has(unsettled !== 'every row' && unsettled?.list, {
      title: 'are listed where they may still change, all of them',
      run: areUnsettled,
    }),
    ...has(touched, { title: 'name objects that exist', run: nameObjects }),
    ...has(embeddedItems, { title: 'have whole objects of other resources in them', run: embedObjects }),
    ...(nested ?? []).map(({ name }) => ({
      title: `have ${name}, all of them, past those that are embedded`,
      run: (subject: ListSubject) => haveNested(subject, name),
    })),
  ]
}

const few = 5

async function areFetched(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  for (const item of (await itemsOf(subject)).filter((other) => !source.gone?.(other)).slice(0, few)) {
    const fetched = await source.retrieve?.(item.id ?? '', never)
    expect(fetched?.item?.id).toBe(item.id)
    expect(fetched?.observedAt).toEqual(new Date(fixture.now() * 1_000))
    // A list may leave out what the object has, but it never says anything else.
    const shown = Object.entries(source.row(item)).filter(([, value]) => value !== null)
    if (fetched?.item) expect(source.row(fetched.item)).toMatchObject(Object.fromEntries(shown))
  }
}

async function areGone(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const [item] = await itemsOf(subject)
  const id = String(item?.id)
  const pulled = fixture.remove(source.name, id)
  if (isNever(pulled)) return expect(pulled.never).not.toBe('')
  expect(await source.retrieve?.(id, never)).toMatchObject({ item: null, observedAt: new Date(fixture.now() * 1_000) })
}

async function areTombstones(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const item = (await itemsOf(subject)).find((other) => !source.gone?.(other))
  const pulled = fixture.remove(source.name, String(item?.id))
  if (isNever(pulled))
    throw new Error(`exerciseProvider: ${source.name} have tombstones, so that remove must be possible.`)
  const after = (await itemsOf(subject)).filter((other) => source.gone?.(other)).map(({ id }) => id)
  expect(after).toContain(item?.id)
}

async function areUnsettled(subject: ListSubject): Promise<void> {
  const { source } = subject
  const { unsettled } = source
  if (!unsettled || unsettled === 'every row' || !unsettled.list) return
  const { by, values, list } = unsettled
  const telling = (item: Item) => {
    const value: unknown = 'column' in by ? Reflect.get(source.row(item), by.column) : item.at(by.field).value()
    return (value ?? null) as string | null
  }
  const expected = (await itemsOf(subject)).filter((item) => values.includes(telling(item))).map(({ id }) => id)
  expect(expected.length, 'unsettled objects of the server').toBeGreaterThan(0)
  const pages = await readPages((query) => list(query, never), { limit: 7 })
  expect(
    itemsIn(pages)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(expected.toSorted())
}

async function nameObjects(subject: ListSubject): Promise<void> {
  const { account, source } = subject
  const references = (await itemsOf(subject)).flatMap((item) => source.touched?.(item) ?? [])
  expect(references.length, 'objects that items name').toBeGreaterThan(0)
  for (const { resource, id } of references.slice(0, few)) {
    const other = account.sources.find(({ name }) => name === resource)
    expect(other?.retrieve, `a request for one of ${resource}`).toBeTypeOf('function')
    expect((await other?.retrieve?.(id, never))?.item?.id).toBe(id)
  }
}

async function embedObjects(subject: ListSubject): Promise<void> {
  const { account, source } = subject
  const embedded = (await itemsOf(subject)).map((item) => source.embeddedItems?.(item) ?? {})
  for (const name of new Set(embedded.flatMap((entries) => Object.keys(entries)))) {
    const other = account.sources.find((candidate) => candidate.name === name)
    if (!other) throw new Error(`exerciseProvider: ${source.name} embed ${name}, which is no resource of the provider.`)
    const items = embedded.flatMap((entries) => (entries[name] ?? []).map(({ item }) => item))
    if (items.length === 0) continue
    arePure(other, items)
    takeAnyShape(other, items)
  }
}

async function haveNested(subject: ListSubject, name: string): Promise<void> {
  const { fixture, source } = subject
  const expectedNested = leverOf(fixture, 'expectedNested', `${source.name} have nested ${name}`)
  const nested = source.nested?.find((inner) => inner.name === name)
  if (!nested) return
  const parents = await parentsOf(subject, nested)
  let [rows, rests] = [0, 0]
  for (const parent of parents) {
    const id = parent.id ?? ''
    const embedded = nested.embedded(parent)
    const rest = embedded && embedded.next !== null ? await restOf(nested, id, embedded.next) : []
    const items = [...(embedded?.items ?? []), ...rest]
    expect(items.map((item) => item.id).toSorted()).toEqual(expectedNested(name, id).toSorted())
    arePure(nested, items)
    if (items.length > 0 && rows === 0) takeAnyShape(nested, items)
    rows += items.length
    if (embedded?.next != null) rests++
  }
  expect(rows, `${name} of the server`).toBeGreaterThan(0)
  await expectRests({ rests, name, parent: parents[0]?.id ?? '' }, nested)
}

/** Some parents, and among them some whose list goes on past what is embedded. */
async function parentsOf(subject: ListSubject, nested: NestedSource): Promise<readonly Item[]> {
  const items = await itemsOf(subject)
  const goingOn = items.filter((item) => typeof nested.embedded(item)?.next === 'string')
  const sample = new Set([...goingOn.slice(0, few), ...items.slice(0, 4 * few)])
  const parents: Item[] = []
  for (const item of sample) parents.push(await wholeOf(subject, item))
  return parents
}

/** Items whose list leaves parts out are whole by id. */
async function wholeOf({ source }: ListSubject, item: Item): Promise<Item> {
  if (!source.listsSummaries || !source.retrieve) return item
  return (await source.retrieve(item.id ?? '', never)).item ?? item
}

type NestedSource = NonNullable<ListSubject['source']['nested']>[number]

/** In pages of seven, so that there are several. The cursor of what is embedded may be empty: nothing is. */
async function restOf(nested: NestedSource, parent: string, next: string): Promise<readonly Item[]> {
  const from = next === '' ? null : next
  return itemsIn(await readPages((query) => nested.list(parent, query, never), { limit: 7 }, from))
}

/** A list that goes on past what is embedded must be tried where it does. */
async function expectRests(
  { rests, name, parent }: { readonly rests: number; readonly name: string; readonly parent: string },
  nested: NestedSource,
): Promise<void> {
  if (rests > 0) return
  const page = await nested.list(parent, { cursor: null, limit: 7 }, never).catch(() => null)
  if (page)
    throw new Error(`exerciseProvider: no parent has more ${name} than are embedded. Give the server one that has.`)
}
