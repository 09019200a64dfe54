import { expect } from 'vitest'
import type { Page } from '../../../src/provider/contract.ts'
import { type Check, during, isNever, type ListSubject, leverOf, type Subject } from './check.ts'
import { itemsIn } from './pages.ts'
import { busiestWindow, limitOf, mostOf, never, queryOf, readList, readPages, secondOf } from './reading.ts'
import { caught, expectNoSecret, rejection } from './words.ts'

/** What an account is, apart from its lists. */
export function accountChecks(name: string): readonly Check<Subject>[] {
  return [
    { title: 'names its resources, and connects to just those', run: (subject) => namesItsResources(subject, name) },
    { title: 'makes no request before it is asked for a page', run: makesNoRequest },
    {
      title: 'refuses credentials of a wrong shape without a request, in words that do not hold them',
      run: refusesCredentials,
    },
    { title: 'says with one request since when the account has been there', run: saysSince },
  ]
}

async function namesItsResources({ fixture: { provider }, account }: Subject, name: string): Promise<void> {
  expect(provider.name).toBe(name)
  const names = provider.resources.map((resource) => resource.name)
  expect(new Set(names).size).toBe(names.length)
  expect(account.sources.map((source) => source.name)).toEqual(names)
  expect(account.perSecond).toBeGreaterThan(0)
}

async function makesNoRequest({ fixture }: Subject): Promise<void> {
  const before = fixture.requests()
  fixture.provider.connect(fixture.credentials).close()
  expect(fixture.requests()).toBe(before)
}

async function refusesCredentials({ fixture }: Subject): Promise<void> {
  const before = fixture.requests()
  expect(fixture.badCredentials.length).toBeGreaterThan(0)
  for (const credentials of fixture.badCredentials) {
    const error = caught(() => fixture.provider.connect(credentials))
    expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject' })
    expectNoSecret(error, [credentials.accessToken ?? 'none'])
  }
  expect(fixture.requests()).toBe(before)
}

async function saysSince({ fixture, account, has }: Subject): Promise<void> {
  const before = fixture.requests()
  const { since, account: id } = await account.identify(never)
  expect(fixture.requests() - before).toBe(1)
  expect(Number.isInteger(since)).toBe(true)
  expect(id).toMatch(/^\S+$/)
  for (const source of account.sources.filter(({ name }) => has(name))) {
    if (!source.createdFilter || source.derivedFrom || source.partition || source.parts) continue
    const { createdFilter } = source
    const items = itemsIn((await readList(source, { now: fixture.now(), limit: mostOf(source) })).flat())
    const seconds = items.map((item) => secondOf(createdFilter, item.value()) ?? Number.POSITIVE_INFINITY)
    expect(since).toBeLessThanOrEqual(Math.min(...seconds))
  }
}

/** The feed of events. For `changes`. */
export const feedChecks: readonly Check<Subject>[] = [
  { title: 'announces in its feed what happens, newest first, and reads it', alters: true, run: announces },
]

/** Enough for several pages. */
const fewestEvents = 15

async function announces({ fixture, account, has }: Subject): Promise<void> {
  const { changes } = account
  if (!changes) return
  const announce = leverOf(fixture, 'announce', 'the provider has a feed of changes')
  const mentioned = (changes.mentioned ?? changes.announced).filter(has)
  expect(mentioned).toEqual(expect.arrayContaining(changes.announced.filter(has)))
  const began = fixture.now()
  const announced: { readonly resource: string; readonly id: string; readonly gone: boolean }[] = []
  for (let round = 0; round === 0 || (announced.length < fewestEvents && round < fewestEvents); round++)
    for (const resource of mentioned) {
      const pulled = announce(resource)
      if (!isNever(pulled)) announced.push({ resource, ...pulled })
      else if (changes.announced.includes(resource))
        throw new Error(
          `exerciseProvider: ${resource} are announced, and the fixture says that they never are (${pulled.never}).`,
        )
    }
  const query = { window: { from: began + 1, to: null }, limit: 7 }
  const pages = await readPages((page) => changes.list(page, never), query)
  const events = itemsIn(pages)
  expect(pages.length).toBeGreaterThan(1)
  const time = changes.createdFilter ?? { field: 'created' }
  for (const [at, { items, endsWithSecond }] of pages.slice(0, -1).entries()) {
    if (!endsWithSecond) expect(items).toHaveLength(7)
    else {
      const later = itemsIn(pages.slice(at + 1)).map((event) => secondOf(time, event.value()))
      expect(later, 'a page that says endsWithSecond has all events of its last second').not.toContain(
        secondOf(time, items.at(-1)?.value()),
      )
    }
  }
  const seconds = events.map((event) => secondOf(time, event.value()) ?? Number.NaN)
  const where = `the second of an event, which the core reads at ${time.field} (createdFilter of changes)`
  expect(seconds.filter(Number.isNaN), where).toEqual([])
  expect(seconds).toEqual(seconds.toSorted((a, b) => b - a))
  expect(Math.min(...seconds)).toBeGreaterThan(began)
  const read = events
    .flatMap((event) => changes.read(event) ?? [])
    .map(({ resource, id, gone }) => ({ resource, id, gone }))
  for (const change of announced) expect(read).toContainEqual(change)
  const middle = seconds[Math.floor(seconds.length / 2)] ?? 0
  const earlier = await readPages((page) => changes.list(page, never), {
    window: { from: began + 1, to: middle },
    limit: 100,
  })
  expect(itemsIn(earlier)).toHaveLength(seconds.filter((second) => second < middle).length)
}

/** What an API that meters in points tells. For `metersPoints`. */
export const pointChecks: readonly Check<Subject>[] = [
  { title: 'says for how long to wait where no points are left', run: waitsForPoints },
]

async function waitsForPoints({ fixture, account, has }: Subject): Promise<void> {
  const spend = leverOf(fixture, 'spendPoints', 'the provider meters in points')
  const source = account.sources.find(({ name, derivedFrom }) => derivedFrom === undefined && has(name))
  if (!source) return
  const window = await busiestWindow(source, fixture.now())
  const undo = spend()
  if (isNever(undo))
    throw new Error(`exerciseProvider: an API that meters in points can run out of them (${undo.never}).`)
  const error = await during(undo, () =>
    rejection(source.list(queryOf(window, { cursor: null, limit: limitOf(source, 10) }), never)),
  )
  expect(error).toMatchObject({ verdict: 'retry', code: 'rate_limited', retryAfter: expect.any(Number) })
  expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(0)
}

/** Each answer tells of the points if the API meters in them, and none does otherwise: the core would wait for nothing. */
export const allowanceChecks: readonly Check<ListSubject>[] = [
  { title: 'tell of points on each page if the account is metered in them, and never otherwise', run: tellOfPoints },
]

async function tellOfPoints({ fixture, account, source }: ListSubject): Promise<void> {
  const pages: readonly Page[] = (await readList(source, { now: fixture.now(), limit: mostOf(source) })).flat()
  for (const { allowance } of pages) {
    expect(allowance !== undefined).toBe(account.metersPoints === true)
    if (!allowance) continue
    const { requested, actual, available, maximum, perSecond } = allowance
    expect(actual).toBeGreaterThan(0)
    expect(requested).toBeGreaterThanOrEqual(actual)
    expect(available).toBeLessThanOrEqual(maximum)
    expect(perSecond).toBeGreaterThan(0)
  }
}
