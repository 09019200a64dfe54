import { providerObjects as table } from '../../src/db/schema.ts'
import { SyncError, windowTooLarge } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Page, Query, Resource } from '../../src/provider/contract.ts'
import { defineProvider, type ProviderParts } from '../../src/provider/define.ts'
import { dateTime, fields, text, unixSeconds } from '../../src/provider/fields.ts'
import { absent, at, derived, mapping } from '../../src/provider/mapping.ts'
import { type FailureKind, type ProviderFixture, verdicts } from './exercise/fixture.ts'

/*
 * A provider that has every part of the contract, without HTTP: what exercise-provider.test.ts breaks, part by part.
 */

interface Thing {
  readonly id: string
  readonly created: number
  readonly updated: number
  readonly place: string
  readonly status: 'open' | 'done'
  readonly buyer: { readonly id: string }
  readonly deleted?: true
}

const now = 1_790_000_000
const secret = 'secretsecret'
const day = 86_400
const places = ['north', 'south']

const row = mapping<typeof table>({
  resource: derived(() => 'things'),
  object: at(text, 'status'),
  parentId: at(text, 'place'),
  createdAt: at(unixSeconds, 'created'),
  updatedAt: at(unixSeconds, 'updated'),
  ...absent('livemode'),
})

/** The server: its data, and what the levers make it do. */
function openServer() {
  const thing = (n: number): Thing => ({
    id: `thing_${n}`,
    created: now - 3_600 * n - 10,
    updated: now - 1_800 * n - 10,
    place: places[n % 3 === 0 ? 1 : 0]!,
    status: n % 5 === 0 ? 'open' : 'done',
    buyer: { id: `buyer_${n % 20}` },
  })
  const state = {
    now,
    requests: 0,
    things: new Map(Array.from({ length: 60 }, (_, n) => [`thing_${n}`, thing(n)])),
    /** The least age of a cursor that is good. */
    age: 0,
    emptyPages: 0,
    failure: undefined as FailureKind | undefined,
    isTooLarge: false,
    isSpent: false,
    events: [] as { id: string; created: number; thing: string; gone: boolean }[],
  }
  return state
}

type Server = ReturnType<typeof openServer>

function ask<Result>(server: Server, answer: () => Result): Promise<Result> {
  server.requests++
  const { failure } = server
  if (failure) {
    const verdict = verdicts[failure]
    const isKey = failure === 'the key is refused'
    const code = isKey ? 'key_not_accepted' : verdict === 'reject' ? 'permission_denied' : 'provider_unavailable'
    return Promise.reject(new SyncError(verdict, code, `fake: ${failure}`, { scope: isKey ? 'account' : 'resource' }))
  }
  if (server.isSpent)
    return Promise.reject(
      new SyncError('retry', 'rate_limited', 'fake: no points', { scope: 'account', retryAfter: 5 }),
    )
  return Promise.resolve().then(answer)
}

const allowance = { requested: 2, actual: 1, available: 90, maximum: 100, perSecond: 10 }

/** A page of values that are in order, by the place in the list. */
function pageOf(server: Server, values: readonly unknown[], { cursor, limit }: Query): Page {
  const [place = 0, age = server.age] = cursor === null ? [] : cursor.split(' ').map(Number)
  if (age < server.age) throw new SyncError('reject', 'cursor_gone', 'fake: the cursor is over', { scope: 'page' })
  const observedAt = new Date(server.now * 1_000)
  const cursorAt = (at: number) => `${at} ${server.age}`
  if (server.emptyPages-- > 0) return { items: [], next: cursorAt(place), observedAt, allowance }
  const end = place + limit
  const items = values.slice(place, end).map((value) => Item.of(value))
  return { items, next: end < values.length ? cursorAt(end) : null, observedAt, allowance }
}

const isIn = (time: number, { window }: Query) =>
  !window || (time >= window.from && (window.to === null || time < window.to))

const linesOf = (id: string) => Array.from({ length: id === 'thing_4' ? 12 : 2 }, (_, n) => ({ id: `${id}_${n}` }))

function resourcesOf(server: Server): ProviderParts<object>['resources'] {
  const things = (query: Query, time: 'created' | 'updated') =>
    [...server.things.values()]
      .filter((thing) => (query.part === undefined || thing.place === query.part) && isIn(thing[time], query))
      .sort((a, b) => b[time] - a[time])
  const list = (query: Query) => ask(server, () => pageOf(server, things(query, query.by ?? 'created'), query))
  const retrieve = (id: string) =>
    ask(server, () => {
      const thing = server.things.get(id)
      const item = thing && !thing.deleted ? Item.of(thing) : null
      return { item, observedAt: new Date(server.now * 1_000) }
    })
  const common = { table, owner: { about: [] }, row }
  const nested: NonNullable<Resource['nested']>[number] = {
    ...common,
    name: 'lines',
    parent: 'parentId',
    embedded: (thing) => {
      const all = linesOf(thing.id ?? '')
      return { items: all.slice(0, 3).map((line) => Item.of(line)), next: all.length > 3 ? '3' : null }
    },
    list: (_, id, query) => ask(server, () => pageOf(server, linesOf(id), query)),
  } as NonNullable<Resource['nested']>[number]
  return [
    {
      ...common,
      name: 'things',
      createdFilter: { field: 'created' },
      updatedFilter: { field: 'updated' },
      partition: { column: 'parentId', list: () => ask(server, () => places) },
      nested: [nested],
      gone: (item) => fields(item.value()).deleted === true,
      unsettled: {
        by: { column: 'object' },
        values: ['open'],
        list: (_, query) =>
          ask(server, () => {
            const open = [...server.things.values()].filter(
              ({ status, place }) => status === 'open' && place === 'north',
            )
            return pageOf(server, open, query)
          }),
      },
      touched: (item) => [{ resource: 'things', id: item.id ?? '' }],
      embeddedItems: (item) => ({ buyers: [{ item: item.at('buyer') }] }),
      list: (_, query) => list(query),
      retrieve: (_, id) => retrieve(id),
    },
    {
      ...common,
      name: 'lines_of_ledger',
      createdFilter: { field: 'created', order: 'none', maxDays: 1, historyDays: 10 },
      list: (_, query) =>
        ask(server, () => {
          if (server.isTooLarge) throw new SyncError('reject', windowTooLarge, 'fake: too many', { scope: 'page' })
          const { from = 0, to = null } = query.window ?? {}
          if (to === null || to - from > day || from < server.now - 10 * day) throw new Error('fake: no such window')
          const all = things(query, 'created').toReversed()
          return { ...pageOf(server, all, query), total: all.length }
        }),
    },
    { ...common, name: 'buyers', derivedFrom: ['things'] },
  ]
}

/** The fake and its server. It breaks no promise. */
export async function openFake(): Promise<ProviderFixture> {
  const server = openServer()
  const live = () => [...server.things.values()].filter(({ deleted }) => !deleted)
  const provider = defineProvider<object>({
    name: 'fake',
    resources: resourcesOf(server),
    open({ accessToken }) {
      if (accessToken !== secret) throw new SyncError('reject', 'bad_credentials', 'fake: not a token')
      return { id: null, mode: 'live', credential: 'x', perSecond: 10, metersPoints: true, close: () => undefined }
    },
    identify: () => ask(server, () => ({ account: 'acct', since: now - 100 * day })),
    failure: (error) => (error instanceof SyncError ? error : new SyncError('retry', 'internal', String(error))),
    changes: {
      keptDays: 30,
      announced: ['things'],
      createdFilter: { field: 'seen.at', read: dateTime },
      list: (_, query) =>
        ask(server, () => {
          const events = server.events.filter(({ created }) => isIn(created, query)).toReversed()
          const shown = events.map(({ created, ...event }) => ({
            ...event,
            seen: { at: new Date(created * 1_000).toISOString() },
          }))
          return pageOf(server, shown, query)
        }),
      read(event) {
        const { thing, seen, gone } = fields(event.value())
        const at = Number(dateTime(fields(seen).at)) / 1_000
        return { resource: 'things', id: String(thing), at, gone: gone === true, item: null }
      },
    },
  })
  const update = (id: string, change: Partial<Thing>) => {
    const thing = server.things.get(id)
    if (thing) server.things.set(id, { ...thing, ...change })
  }
  return {
    provider,
    credentials: { tenantId: 'tenant', accessToken: secret },
    badCredentials: [{ tenantId: 'tenant', accessToken: 'wrong' }],
    secrets: [secret],
    expected(resource, part) {
      if (resource === 'buyers') return [...new Set(live().map(({ buyer }) => buyer.id))].map((id) => ({ id }))
      const isShown = ({ created }: Thing) => resource === 'things' || created >= server.now - 10 * day
      return live().filter((thing) => (part === undefined || thing.place === part) && isShown(thing))
    },
    expectedNested: (_, id) => linesOf(id).map((line) => line.id),
    now: () => server.now,
    requests: () => server.requests,
    remove: (_, id) => {
      update(id, { deleted: true })
    },
    change(_, id) {
      server.now += 60
      update(id, { updated: server.now })
    },
    announce() {
      server.now += 60
      server.events.push({ id: `evt_${server.now}`, created: server.now, thing: 'thing_1', gone: false })
      return { id: 'thing_1', gone: false }
    },
    refuseWindow(resource) {
      if (resource === 'things') return { never: 'it has pages' }
      server.isTooLarge = true
      return () => {
        server.isTooLarge = false
      }
    },
    emptyPage() {
      server.emptyPages = 1
      return () => {
        server.emptyPages = 0
      }
    },
    spendPoints() {
      server.isSpent = true
      return () => {
        server.isSpent = false
      }
    },
    expireCursors: () => {
      server.age++
    },
    expireToken: () => {
      server.failure = 'the key is refused'
    },
    fail(kind) {
      server.failure = kind
      return () => {
        server.failure = undefined
      }
    },
    close: () => Promise.resolve(),
  }
}
