import { afterAll, describe, it } from 'vitest'
import type { ListSource } from '../../src/provider/contract.ts'
import { accountChecks, allowanceChecks, feedChecks, pointChecks } from './exercise/account.ts'
import type { Check, ListSubject, Subject } from './exercise/check.ts'
import { cursorChecks } from './exercise/cursors.ts'
import { failureChecks } from './exercise/failures.ts'
import type { Exercise } from './exercise/fixture.ts'
import { objectChecks } from './exercise/objects.ts'
import { pageChecks } from './exercise/pages.ts'
import { derivedChecks, partChecks, partOf, partsOf } from './exercise/parts.ts'
import { rowChecks } from './exercise/rows.ts'
import { windowChecks } from './exercise/windows.ts'

export type { Exercise, FailureKind, ListFacts, Never, ProviderFixture, Undo } from './exercise/fixture.ts'
export { expectNoSecret } from './exercise/words.ts'

/** What the contract demands of an account with these parts. */
export const checksOfAccount = (name: string, account: Subject['account']): readonly Check<Subject>[] => [
  ...accountChecks(name),
  ...(account.changes ? feedChecks : []),
  ...(account.metersPoints ? pointChecks : []),
]

/** What the contract demands of a list with these parts. */
export function checksOfList(source: ListSource): readonly Check<ListSubject>[] {
  if (source.derivedFrom) return derivedChecks
  return [
    ...pageChecks,
    ...windowChecks(source),
    ...rowChecks,
    ...cursorChecks,
    ...(source.parts || source.partition ? partChecks : []),
    ...objectChecks({ source }),
    ...allowanceChecks,
    ...failureChecks,
  ]
}

/**
 * Registers the tests that every provider must pass, for each of its resources. What they are follows from the provider's
 * definition: a part of the contract that it has is tried, or the test says what the fixture lacks for it.
 */
export function exerciseProvider(exercise: Exercise): void {
  const { name } = exercise
  describe(`${name} as a provider`, async () => {
    // The tests that change nothing share a server.
    const shared = await opened(exercise)
    afterAll(shared.close)
    for (const { title, alters, run } of checksOfAccount(name, shared.subject.account))
      it(title, () => (alters ? withOwn(exercise, run) : run(shared.subject)))
    await registerLists(exercise, shared.subject)
  })
}

/** Those of the lists alone: for resources whose provider is tried with others. */
export function exerciseLists(exercise: Exercise): void {
  describe(`lists of ${exercise.name}`, async () => {
    const shared = await opened(exercise)
    afterAll(shared.close)
    await registerLists(exercise, shared.subject)
  })
}

async function registerLists(exercise: Exercise, shared: Subject): Promise<void> {
  const lists: ListSubject[] = []
  for (const source of shared.account.sources) if (shared.has(source.name)) lists.push(await listOf(shared, source))
  describe.each(lists.map((list) => [list.source.name, list] as const))('%s', (_, list) => {
    for (const { title, alters, run } of checksOfList(list.source))
      it(title, () => (alters ? withOwn(exercise, async (subject) => run(await sameList(subject, list))) : run(list)))
  })
}

/** A provider that is connected with a server of its own, and what closes both. */
export async function opened({ open, resources }: Pick<Exercise, 'open' | 'resources'>) {
  const fixture = await open()
  const account = fixture.provider.connect(fixture.credentials)
  const has = (name: string) => resources?.includes(name) ?? true
  const close = async () => {
    account.close()
    await fixture.close()
  }
  return { subject: { fixture, account, has }, close }
}

async function withOwn(exercise: Exercise, run: (subject: Subject) => Promise<void>): Promise<void> {
  const { subject, close } = await opened(exercise)
  try {
    await run(subject)
  } finally {
    await close()
  }
}

/** A resource, or the part of it that has the most objects. */
export async function listOf(subject: Subject, source: ListSource): Promise<ListSubject> {
  const { fixture } = subject
  const parts = source.derivedFrom ? [undefined] : await partsOf(source)
  const expectedOf = (part: string | undefined) => fixture.expected(source.name, part)
  const part = parts.toSorted((a, b) => expectedOf(b).length - expectedOf(a).length)[0]
  return { ...subject, source: partOf(source, part), part, expected: expectedOf(part) }
}

async function sameList(subject: Subject, { source: { name }, part }: ListSubject): Promise<ListSubject> {
  const source = subject.account.sources.find((candidate) => candidate.name === name)
  if (!source) throw new Error(`exerciseProvider: the provider has no ${name} any more.`)
  return { ...subject, source: partOf(source, part), part, expected: subject.fixture.expected(name, part) }
}
