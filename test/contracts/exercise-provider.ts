import { describe, expect, it, onTestFinished } from 'vitest'
import { SyncError, type Verdict } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Credentials, ListSource, Page, Provider, Window } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'
import { valuesOf } from '../support/items.ts'

/** Ways for a request to fail that every provider has. */
const verdicts = {
  'the key is refused': 'reject',
  'the key may not read this': 'reject',
  'too many requests': 'retry',
  'the provider fails': 'retry',
  'the answer is no JSON': 'retry',
  'the answer ends early': 'retry',
  'the answer is JSON of another shape': 'retry',
  'the connection is reset': 'retry',
} as const satisfies Record<string, Verdict>

export type FailureKind = keyof typeof verdicts

/** A provider and the objects it is held against. Data must not change by itself; at least 250 items a resource. */
export interface ProviderFixture {
  readonly provider: Provider
  readonly credentials: Credentials
  readonly badCredentials: readonly Credentials[]
  /** Must appear in no error. */
  readonly secrets: readonly string[]
  /** Everything a complete copy holds, as the provider sends it; of one part where the resource has parts. */
  expected(resource: string, part: string | undefined): readonly unknown[]
  /** The provider's clock, in seconds since 1970; stands still. */
  now(): number
  /** Requests that reached the provider so far. */
  requests(): number
  remove(resource: string, id: string): void
  /** Every request fails so from now on. */
  fail(kind: FailureKind): void
  close(): Promise<void>
}

/** A provider to try. */
export interface Exercise {
  readonly name: string
  /** What is tried: each resource, or each part of one (`prices active`). */
  readonly lists: readonly string[]
  open(): Promise<ProviderFixture>
}

const never = new AbortController().signal
/** Longer than any list: a provider that goes round in circles must not hang the tests. */
const pagesAtMost = 1_000

/** Registers the tests that every provider must pass. */
export function exerciseProvider({ name, lists, open }: Exercise): void {
  async function setup(list: string) {
    const [resource = list, part] = list.split(' ')
    const fixture = await open()
    const account = fixture.provider.connect(fixture.credentials)
    onTestFinished(async () => {
      account.close()
      await fixture.close()
    })
    const found = account.sources.find((source) => source.name === resource)
    if (!found) throw new Error(`${name}: has no source ${resource}`)
    const source: ListSource = part
      ? { ...found, list: (query, signal) => found.list({ ...query, part }, signal) }
      : found
    return { fixture, account, source, expected: fixture.expected(resource, part) }
  }

  describe(`${name} as a provider`, () => {
    it('names its resources, and connects to just those', async () => {
      const { fixture, account } = await setup(lists[0]!)
      expect(fixture.provider.name).toBe(name)
      const names = fixture.provider.resources.map((resource) => resource.name)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toEqual(expect.arrayContaining(lists.map((list) => list.split(' ')[0])))
      expect(account.sources.map((source) => source.name)).toEqual(names)
      expect(account.perSecond).toBeGreaterThan(0)
    })

    it('makes no request before it is asked for a page', async () => {
      const { fixture } = await setup(lists[0]!)
      expect(fixture.requests()).toBe(0)
    })

    it('refuses credentials of a wrong shape without a request, in words that do not hold them', async () => {
      const { fixture } = await setup(lists[0]!)
      for (const credentials of fixture.badCredentials) {
        const error = caught(() => fixture.provider.connect(credentials))
        expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject' })
        expectNoSecret(error, [credentials.accessToken ?? 'none'])
      }
      expect(fixture.requests()).toBe(0)
    })

    it('says since when the account has been there', async () => {
      const { fixture, account, source, expected } = await setup(lists[0]!)
      const { since } = await account.identify(never)
      expect(Number.isInteger(since)).toBe(true)
      const seconds = expected.map((item) => createdOf(source, item)).filter((second) => second !== null)
      expect(since).toBeLessThanOrEqual(Math.min(...seconds))
      expect(fixture.requests()).toBe(1)
    })
  })

  for (const resource of lists)
    describe(`${name} ${resource}`, () => {
      for (const limit of [7, 100])
        it(`come page by page of ${limit}, each exactly once, newest first, with a cursor on all but the last`, async () => {
          const { source, expected, fixture } = await setup(resource)
          const pages = await readPages(source, { limit })
          expect(pages.slice(0, -1).every((page) => page.items.length === limit && page.next !== null)).toBe(true)
          expect(pages.at(-1)?.next).toBeNull()
          const there = pages.flatMap((page) => page.items.filter((item) => !source.gone?.(item)))
          expect(byId(valuesOf(there))).toEqual(byId(expected))
          expect(fixture.requests()).toBe(pages.length)
          const seconds = pages.flatMap((page) => page.items.map((item) => createdOf(source, item.value()) ?? 0))
          const isOrdered = source.createdFilter && source.createdFilter.order !== 'none'
          if (isOrdered) expect(seconds).toEqual(seconds.toSorted((a, b) => b - a))
        })

      it('can be read on from the cursor of any page', async () => {
        const { source } = await setup(resource)
        const pages = await readPages(source, { limit: 40 })
        for (const [at, page] of pages.entries()) {
          if (page.next === null) continue
          const again = await source.list({ ...all(source), cursor: page.next, limit: 40 }, never)
          expect(again.items).toEqual(pages[at + 1]?.items)
        }
      })

      it('are filtered by a window from its first second up to and without its last', async () => {
        const { source, expected } = await setup(resource)
        if (!source.createdFilter) return
        const seconds = expected.map((item) => createdOf(source, item)!).toSorted((a, b) => a - b)
        const from = seconds[Math.floor(seconds.length / 4)]!
        const to = seconds[Math.floor((seconds.length * 3) / 4)]!
        for (const window of [
          { from, to },
          { from: from + 1, to: to + 1 },
          { from, to: null },
          { from: 0, to: from },
          { from, to: from },
        ]) {
          const pages = await readPages(source, { limit: 100, window })
          const expectedItems = expected.filter((item) => within(createdOf(source, item)!, window))
          expect(byId(pages.flatMap((page) => valuesOf(page.items)))).toEqual(byId(expectedItems))
        }
      })

      it('carry the provider’s clock on each page', async () => {
        const { source, fixture } = await setup(resource)
        const pages = await readPages(source, { limit: 100 })
        expect(pages.map((page) => page.observedAt)).toEqual(pages.map(() => new Date(fixture.now() * 1_000)))
      })

      it('become rows with the item’s id by a function that is pure', async () => {
        const { source, expected } = await setup(resource)
        for (const item of expected) {
          const frozen = deepFreeze(structuredClone(item))
          const row = source.row(Item.of(frozen))
          expect(row.id).toBe(fields(item).id)
          expect(source.row(Item.of(frozen))).toEqual(row)
          for (const stamped of ['tenantId', 'provider', 'raw', 'rawSha256', 'observedAt', 'syncedAt'])
            expect(row).not.toHaveProperty(stamped)
        }
      })

      it('become rows whatever shape a field has, and throw only where there is no id', async () => {
        const { source, expected } = await setup(resource)
        const item = fields(expected[0])
        const odd = [undefined, null, true, -1, 1.5, 1e300, '', 'x', [], [null], {}, { id: 7 }, 7n]
        for (const field of Object.keys(item).filter((key) => key !== 'id'))
          for (const value of odd) expect(source.row(Item.of({ ...item, [field]: value })).id).toBe(item.id)
        expect(source.row(Item.of({ id: item.id })).id).toBe(item.id)
        for (const value of [undefined, null, 7, {}, []])
          expect(() => source.row(Item.of({ ...item, id: value }))).toThrow()
        for (const value of [undefined, null, 'x', 7, []]) expect(() => source.row(Item.of(value))).toThrow()
      })

      it('say so where the object a cursor stands for is gone', async () => {
        const { source, fixture } = await setup(resource)
        const first = await source.list({ ...all(source), cursor: null, limit: 10 }, never)
        fixture.remove(source.name, String(first.items.at(-1)?.id))
        const error = await rejection(source.list({ ...all(source), cursor: first.next, limit: 10 }, never))
        if (error) expect(error).toMatchObject({ name: 'SyncError', verdict: 'reject', scope: 'page' })
      })

      for (const [kind, verdict] of Object.entries(verdicts))
        it(`fail with verdict ${verdict} when ${kind}, after one request, in words that hold no key`, async () => {
          const { source, fixture } = await setup(resource)
          fixture.fail(kind as FailureKind)
          const error = await rejection(source.list({ ...all(source), cursor: null, limit: 10 }, never))
          expect(error).toBeInstanceOf(SyncError)
          expect(error).toMatchObject({ verdict, code: expect.stringMatching(/^[a-z_]+$/) })
          expectNoSecret(error, fixture.secrets)
          expect(fixture.requests()).toBe(1)
        })

      it('end with the reason as soon as the call is given up, and are not asked for afterwards', async () => {
        const { source, fixture } = await setup(resource)
        const cut = new AbortController()
        const asked = rejection(source.list({ ...all(source), cursor: null, limit: 10 }, cut.signal))
        cut.abort('given up')
        expect(await asked).toBe('given up')
        const before = fixture.requests()
        expect(await rejection(source.list({ ...all(source), cursor: null, limit: 10 }, cut.signal))).toBe('given up')
        expect(fixture.requests()).toBe(before)
      })
    })
}

const all = (source: ListSource) => (source.createdFilter ? { window: { from: 0, to: null } } : {})

async function readPages(source: ListSource, { limit, window }: { readonly limit: number; readonly window?: Window }) {
  const pages: Page[] = []
  for (let cursor: string | null = null; ; ) {
    const page: Page = await source.list({ ...(window ? { window } : all(source)), cursor, limit }, never)
    pages.push(page)
    if (page.next === null) return pages
    if (pages.length > pagesAtMost) throw new Error(`${source.name}: the list does not end`)
    cursor = page.next
  }
}

function createdOf({ createdFilter }: ListSource, item: unknown): number | null {
  if (!createdFilter) return null
  const value = createdFilter.field.split('.').reduce((inner: unknown, name) => fields(inner)[name], item)
  return createdFilter.read ? Math.floor((createdFilter.read(value)?.getTime() ?? 0) / 1_000) : Number(value)
}

const within = (second: number, { from, to }: Window) => second >= from && (to === null || second < to)

const byId = (items: readonly unknown[]) =>
  items.toSorted((a, b) => (String(fields(a).id) < String(fields(b).id) ? -1 : 1))

function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

const rejection = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Neither in the message nor in any cause, nor in what a logger would print of it. */
export function expectNoSecret(error: unknown, secrets: readonly string[]): void {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const shown = `${cause.name} ${cause.message} ${cause.stack} ${JSON.stringify(cause)}`
    for (const secret of secrets) if (secret) expect(shown).not.toContain(secret)
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}
