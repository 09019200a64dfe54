import { expect } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import type { ListSource } from '../../../src/provider/contract.ts'
import { type Check, during, type ListSubject } from './check.ts'
import { type FailureKind, verdicts } from './fixture.ts'
import { busiestWindow, limitOf, never, queryOf } from './reading.ts'
import { expectNoSecret, rejection } from './words.ts'

const kinds = Object.keys(verdicts) as readonly FailureKind[]

/** How requests fail. */
export const failureChecks: readonly Check<ListSubject>[] = [
  ...kinds.map((kind) => ({
    title: `fail with verdict ${verdicts[kind]} when ${kind}, after one request, in words that hold no key`,
    run: (subject: ListSubject) => fails(subject, kind),
  })),
  { title: 'fail in words whichever request for them is refused', run: failsInWords },
  {
    title: 'end with the reason as soon as the call is given up, and are not asked for afterwards',
    // The request that was given up may reach the server later.
    alters: true,
    run: isGivenUp,
  },
]

async function fails(subject: ListSubject, kind: FailureKind): Promise<void> {
  const { fixture, source } = subject
  const window = await busiestWindow(source, fixture.now())
  await during(fixture.fail(kind), async () => {
    const before = fixture.requests()
    const error = await rejection(source.list(queryOf(window, { cursor: null, limit: limitOf(source, 10) }), never))
    expectFailure(error, kind, fixture.secrets)
    const made = fixture.requests() - before
    // A provider that makes its tokens asks once more, because the token may have been over.
    const isRepeated = fixture.makesTokens && verdicts[kind] === 'reject'
    expect(isRepeated ? [1, 2] : [1]).toContain(made)
  })
}

function expectFailure(error: unknown, kind: FailureKind, secrets: readonly string[]): void {
  expect(error, `what the request throws when ${kind}`).toBeInstanceOf(SyncError)
  expect(error).toMatchObject({ verdict: verdicts[kind], code: expect.stringMatching(/^[a-z_]+$/) })
  expectNoSecret(error, secrets)
}

/** Requests besides those for pages: for one object, for parts, for what is unsettled, for the rest of a nested list. */
async function failsInWords({ fixture, source: { name }, source }: ListSubject): Promise<void> {
  const window = await busiestWindow(source, fixture.now())
  const { items } = await source.list(queryOf(window, { cursor: null, limit: limitOf(source, 10) }), never)
  const id = String(items[0]?.id)
  for (const kind of kinds) {
    // A connection may remember what it has been told, such as its parts.
    const account = fixture.provider.connect(fixture.credentials)
    const connected = account.sources.find((other) => other.name === name)
    await during(fixture.fail(kind), async () => {
      for (const [request, call] of connected ? callsOf(connected, id) : []) {
        const before = fixture.requests()
        const error = await rejection(call())
        expect(error, `what the request ${request} throws when ${kind}`).toBeInstanceOf(SyncError)
        expectNoSecret(error, fixture.secrets)
        if (fixture.requests() > before) expectFailure(error, kind, fixture.secrets)
      }
    })
    account.close()
  }
}

function callsOf(
  { retrieve, partition, unsettled, nested = [] }: ListSource,
  id: string,
): readonly (readonly [request: string, call: () => Promise<unknown>])[] {
  const query = { cursor: null, limit: 10 }
  const listed = unsettled === 'every row' ? undefined : unsettled?.list
  return [
    ...(retrieve ? [['for one object', () => retrieve(id, never)] as const] : []),
    ...(partition ? [['for parts', () => partition.list(never)] as const] : []),
    ...(listed ? [['for unsettled rows', () => listed(query, never)] as const] : []),
    ...nested.map((inner) => [`for the rest of ${inner.name}`, () => inner.list(id, query, never)] as const),
  ]
}

async function isGivenUp({ fixture, source }: ListSubject): Promise<void> {
  const window = await busiestWindow(source, fixture.now())
  const cut = new AbortController()
  const ask = () => rejection(source.list(queryOf(window, { cursor: null, limit: limitOf(source, 10) }), cut.signal))
  const answer = ask()
  cut.abort('given up')
  expect(await answer).toBe('given up')
  const before = fixture.requests()
  expect(await ask()).toBe('given up')
  expect(fixture.requests()).toBe(before)
}
