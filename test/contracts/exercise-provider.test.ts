import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Check, ListSubject, Subject } from './exercise/check.ts'
import type { ProviderFixture } from './exercise/fixture.ts'
import { failing, flaws, withSecret } from './exercise-flaws.ts'
import { checksOfAccount, checksOfList, exerciseProvider, listOf, opened } from './exercise-provider.ts'
import { openFake } from './fake-provider.ts'

/*
 * The suite is tried itself: a provider that keeps every promise passes, and each check fails for one that breaks its promise.
 */

exerciseProvider({ name: 'fake', open: openFake })

const fake = () => opened({ open: openFake })

async function sourcesOf(subject: Subject): Promise<readonly ListSubject[]> {
  return Promise.all(subject.account.sources.map((source) => listOf(subject, source)))
}

const { subject: sound } = await fake()
const soundLists = await sourcesOf(sound)
const checks = new Map(
  soundLists.flatMap(({ source }) => checksOfList(source).map((check) => [check.title, source.name] as const)),
)

describe('the suite', () => {
  it('has a flaw for each of its checks of a list', () => {
    const untried = ['fail in words whichever request for them is refused']
    expect([...checks.keys()].toSorted()).toEqual([...Object.keys(flaws), ...untried].toSorted())
  })

  const cases = Object.entries(flaws).flatMap(([title, flawed]) =>
    Object.entries(flawed).map(([flaw, broken]) => ({ title, flaw, broken })),
  )
  it.each(cases)('fails “$title” if $flaw', async ({ title, broken }) => {
    const { subject } = await fake()
    const seen: unknown[] = []
    for (const list of await sourcesOf(subject))
      for (const check of checksOfList(list.source).filter((candidate) => candidate.title === title))
        seen.push(await failureOf(check, { ...list, source: broken(list.source) }))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.some((error) => error instanceof Error)).toBe(true)
  })

  it('fails if a request besides those for pages holds the key', async () => {
    const { subject } = await fake()
    const [list] = await sourcesOf(subject)
    const provider = subject.fixture.provider
    const broken: ProviderFixture = {
      ...subject.fixture,
      provider: {
        ...provider,
        connect(credentials) {
          const account = provider.connect(credentials)
          const sources = account.sources.map((source) => ({ ...source, retrieve: () => Promise.reject(withSecret) }))
          return { ...account, sources }
        },
      },
    }
    const check = checksOfList(list!.source).find(({ title }) => title.startsWith('fail in words whichever'))
    expect(await failureOf(check!, { ...list!, fixture: broken })).toBeInstanceOf(Error)
  })

  it('names the request and the failure where a request does not fail', async () => {
    const { subject } = await fake()
    const [list] = await sourcesOf(subject)
    const { provider } = subject.fixture
    const connect: typeof provider.connect = (credentials) => {
      const account = provider.connect(credentials)
      const retrieve = async () => ({ item: Item.of({ id: 'thing_1' }), observedAt: new Date() })
      return { ...account, sources: account.sources.map((source) => ({ ...source, retrieve })) }
    }
    const check = checksOfList(list!.source).find(({ title }) => title.startsWith('fail in words whichever'))!
    const fixture = { ...subject.fixture, provider: { ...provider, connect } }
    expect(String(await failureOf(check, { ...list!, fixture }))).toContain(
      'what the request for one object throws when the key is refused',
    )
  })

  it.each([
    'expireCursors',
    'emptyPage',
    'expectedNested',
    'change',
    'announce',
    'refuseWindow',
    'spendPoints',
  ] as const)('fails in words for a fixture without %s, which the provider needs', async (lever) => {
    const open = async () => ({ ...(await openFake()), [lever]: undefined }) as unknown as ProviderFixture
    const { subject } = await opened({ open })
    const errors: unknown[] = []
    for (const check of checksOfAccount('fake', subject.account)) errors.push(await failureOf(check, subject))
    for (const list of await sourcesOf(subject))
      for (const check of checksOfList(list.source)) errors.push(await failureOf(check, list))
    const words = errors.flatMap((error) => (error instanceof Error ? error.message : []))
    expect(words).toContainEqual(expect.stringContaining(`the fixture has no ${lever}. Add it`))
  })
})

/** How the account as a whole may break its promises. */
const accountFlaws: Readonly<Record<string, (subject: Subject) => Subject>> = {
  'names its resources, and connects to just those': ({ account, ...subject }) => ({
    ...subject,
    account: { ...account, sources: account.sources.slice(1) },
  }),
  'makes no request before it is asked for a page': withConnect((provider, fixture) => (credentials) => {
    const account = provider.connect(credentials)
    void account.identify(new AbortController().signal)
    return fixture.requests() < 0 ? account : account
  }),
  'refuses credentials of a wrong shape without a request, in words that do not hold them': withConnect(
    () => (credentials) => {
      throw new SyncError('reject', 'bad_credentials', `fake: ${credentials.accessToken} is no token`)
    },
  ),
  'says with one request since when the account has been there': ({ account, ...subject }) => ({
    ...subject,
    account: { ...account, identify: async () => ({ account: 'acct', since: 2_000_000_000 }) },
  }),
  'announces in its feed what happens, newest first, and reads it': ({ account, ...subject }) => ({
    ...subject,
    account: { ...account, changes: { ...account.changes!, read: () => null } },
  }),
  'says for how long to wait where no points are left': ({ account, ...subject }) => ({
    ...subject,
    account: {
      ...account,
      sources: account.sources.map(
        failing(() => new SyncError('retry', 'rate_limited', 'fake: none', { scope: 'account' })),
      ),
    },
  }),
}

function withConnect(
  other: (provider: ProviderFixture['provider'], fixture: ProviderFixture) => ProviderFixture['provider']['connect'],
) {
  return ({ fixture, ...subject }: Subject): Subject => ({
    ...subject,
    fixture: { ...fixture, provider: { ...fixture.provider, connect: other(fixture.provider, fixture) } },
  })
}

describe('the suite, of an account', () => {
  const all = checksOfAccount('fake', sound.account)
  it('has a flaw for each of its checks', () => {
    expect(Object.keys(accountFlaws)).toEqual(all.map(({ title }) => title))
  })
  it.each(all)('fails “$title” if that is not so', async ({ title, run }) => {
    const { subject } = await fake()
    expect(await failureOf({ title, run }, accountFlaws[title]!(subject))).toBeInstanceOf(Error)
  })

  it('names the place where the core looks for the time of an event', async () => {
    const { subject } = await fake()
    const { createdFilter: _, ...changes } = subject.account.changes!
    const check = all.find(({ title }) => title.startsWith('announces'))!
    const error = await failureOf(check, { ...subject, account: { ...subject.account, changes } })
    expect(String(error)).toContain('the core reads at created (createdFilter of changes)')
  })
})

const failureOf = <Of>(check: Check<Of>, subject: Of): Promise<unknown> =>
  check.run(subject).then(
    () => undefined,
    (error: unknown) => error,
  )
