import { expect } from 'vitest'
import { isRefused, SyncError } from '../../../src/errors.ts'
import { keyRefused } from '../../../src/provider/contract.ts'
import { type Check, during, isNever, type ListSubject, leverOf } from './check.ts'
import { factsOf, itemsIn } from './pages.ts'
import { busiestWindow, limitOf, never, queryOf, readPages } from './reading.ts'
import { expectNoSecret, rejection } from './words.ts'

/** What may happen between two pages of a list. */
export const cursorChecks: readonly Check<ListSubject>[] = [
  { title: 'say so where the object a cursor stands for is gone', alters: true, run: losesItsObject },
  { title: 'say so where a cursor is over, or go on where none ever is', alters: true, run: isOver },
  {
    title: 'go on with a new token where theirs is over in mid-list, or say that it is',
    alters: true,
    run: needsAToken,
  },
  { title: 'go on behind a page without items', run: isEmpty },
]

/** The cursor of a second page, and how to go on from it. */
async function begun({ fixture, source }: ListSubject) {
  const window = await busiestWindow(source, fixture.now())
  const limit = limitOf(source, 7)
  const first = await source.list(queryOf(window, { cursor: null, limit }), never)
  const goOn = () => source.list(queryOf(window, { cursor: first.next, limit }), never)
  return { window, limit, first, goOn }
}

async function losesItsObject(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const { first, goOn } = await begun(subject)
  if (isNever(fixture.remove(source.name, String(first.items.at(-1)?.id)))) return
  const error = await rejection(goOn())
  if (error) expectPageRefused(error)
}

async function isOver(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const expire = leverOf(fixture, 'expireCursors', `${source.name} have cursors`)
  const { first, goOn } = await begun(subject)
  if (first.next === null) return
  const pulled = expire(source.name)
  const error = await rejection(goOn())
  if (isNever(pulled)) return expect(error, pulled.never).toBeUndefined()
  expectPageRefused(error)
}

/** The core asks for the page in another way, unless the refusal concerns more than the list. */
function expectPageRefused(error: unknown): void {
  expect(error).toBeInstanceOf(SyncError)
  expect(isRefused(error, 'resource'), `verdict reject, for the page or the list: ${String(error)}`).toBe(true)
}

async function needsAToken(subject: ListSubject): Promise<void> {
  const { fixture } = subject
  const { goOn } = await begun(subject)
  const expected = itemsIn([await goOn()]).map(({ id }) => id)
  fixture.expireToken()
  if (fixture.makesTokens) return expect(itemsIn([await goOn()]).map(({ id }) => id)).toEqual(expected)
  const error = await rejection(goOn())
  expect(error).toBeInstanceOf(SyncError)
  expect(error).toMatchObject({ verdict: 'reject', scope: 'account', code: keyRefused })
  expectNoSecret(error, fixture.secrets)
}

/** An empty page is not the end. It may be refused, or its total may tell that it lacks items: then it is read again. */
async function isEmpty(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const empty = leverOf(fixture, 'emptyPage', `${source.name} come in pages`)
  const { window, limit } = await begun(subject)
  const query = queryOf(window, { cursor: null, limit })
  const list = (request: typeof query) => source.list(request, never)
  const whole = itemsIn(await readPages(list, query))
  const undo = empty(source.name)
  if (isNever(undo)) return expect(undo.never).not.toBe('')
  const answer = await during(undo, () =>
    list(query).then(
      (page) => page,
      (error: unknown) => error,
    ),
  )
  if (answer instanceof Error) {
    expect(answer).toBeInstanceOf(SyncError)
    return
  }
  const page = answer as Awaited<ReturnType<typeof list>>
  expect(page.items).toEqual([])
  expect(page.next, 'a cursor').not.toBeNull()
  const rest = itemsIn(await readPages(list, query, page.next))
  // The core counts a list that states its total, and reads it again.
  if (page.total !== undefined && rest.length < page.total) return
  const left = factsOf(subject).numbered ? whole.slice(limit) : whole
  expect(rest.map(({ id }) => id)).toEqual(left.map(({ id }) => id))
}
