import { systemClock } from '../../clock.ts'
import type { Config } from '../../config/load.ts'
import { isRefused, type SyncError } from '../../errors.ts'
import type { Account, Credentials, ListSource, Provider, Query } from '../../provider/contract.ts'
import { openProviders } from '../../providers/index.ts'
import { createLimiter } from '../../sync/limiter.ts'
import { providerSettings } from '../../worker.ts'
import { describeProblem } from '../problem.ts'
import { configuredKeys } from './configured-keys.ts'
import { type Finding, findingsAbout } from './finding.ts'

const findings = findingsAbout('provider')
const day = 86_400

/** Asks each provider with a configured key whose account it is, and for one item of each default resource. */
export async function* checkProviders(config: Config, signal: AbortSignal): AsyncGenerator<Finding> {
  let find: Awaited<ReturnType<typeof openProviders>>
  try {
    find = await openProviders(providerSettings(config))
  } catch (error) {
    yield findings.thrown(error)
    return
  }
  const keys = configuredKeys(config)
  if (keys.length === 0) yield findings.ok('no key is configured: each message brings its own')
  for (const { name, setting, credentials, isUnused } of keys) {
    if (isUnused !== null) yield findings.warn(`${name}: ${setting} is used for no tenant`, isUnused)
    yield* checkKey(await find(name), { setting, credentials }, signal)
  }
}

interface Key {
  readonly setting: string
  readonly credentials: Credentials
}

async function* checkKey(
  provider: Provider,
  { setting, credentials }: Key,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  let account: Account
  try {
    account = provider.connect(credentials)
  } catch (error) {
    yield findings.thrown(error)
    return
  }
  const pace = paceOf(account, signal)
  try {
    const { account: name } = await pace(() => account.identify(signal))
    const mode = `a ${account.mode} key`
    yield name === null
      ? findings.warn(
          `${provider.name}: ${setting} is ${mode} that may not ask for its account`,
          'Give it the right, or name the account in each message. See docs/operations.md.',
        )
      : findings.ok(`${provider.name}: ${setting} is ${mode} of account ${name}`)
    yield* checkResources({ provider, account, pace }, signal)
  } catch (error) {
    yield findings.thrown(error)
  } finally {
    account.close()
  }
}

type Pace = <Answer>(request: () => Promise<Answer>) => Promise<Answer>

/** One request after the other, no faster than the provider allows: its limit is shared with jobs. */
function paceOf({ perSecond }: Account, signal: AbortSignal): Pace {
  const limiter = createLimiter({ perSecond, concurrency: 1 }, systemClock)
  return (request) => limiter.run(request, signal)
}

interface Checking {
  readonly provider: Provider
  readonly account: Account
  readonly pace: Pace
}

async function* checkResources({ provider, account, pace }: Checking, signal: AbortSignal): AsyncGenerator<Finding> {
  const defaults = new Set(provider.resources.filter(({ optional }) => !optional).map(({ name }) => name))
  const sources = account.sources.filter(({ name, derivedFrom }) => defaults.has(name) && !derivedFrom)
  const read: string[] = []
  const ask = async (name: string, request: () => Promise<unknown>): Promise<Finding | null> => {
    try {
      await request()
      read.push(name)
      return null
    } catch (error) {
      return isRefused(error, 'resource') ? refused(provider, name, error) : findings.thrown(error)
    }
  }
  for (const source of sources) {
    const finding = await ask(source.name, () => readOne(source, pace, signal))
    if (finding) yield finding
    // What concerns the whole key is said once.
    if (finding?.status === 'fail') return
  }
  const { changes } = account
  if (changes) {
    const finding = await ask('events', () => pace(() => changes.list({ cursor: null, limit: 1 }, signal)))
    if (finding) yield finding
  }
  if (read.length > 0) yield findings.ok(`${provider.name}: the key may read ${read.join(', ')}`)
}

function refused({ name: provider }: Provider, resource: string, error: SyncError): Finding {
  const consequence = resource === 'events' ? 'Incremental jobs fail.' : 'Jobs skip it.'
  return findings.warn(
    `${provider}: the key may not read ${resource}. ${describeProblem(error)} ${consequence}`,
    'Give the key the permission, if you want these rows. docs/operations.md lists what each provider needs.',
  )
}

/** A window of a day, which every list with a filter by time allows. */
async function readOne(source: ListSource, pace: Pace, signal: AbortSignal): Promise<void> {
  const { partition } = source
  const [part] = source.parts ?? (partition && (await pace(() => partition.list(signal)))) ?? []
  if (partition && part === undefined) return
  const now = Math.floor(Date.now() / 1_000)
  const window = { from: now - day, to: now }
  const filter: Pick<Query, 'window' | 'by'> = source.createdFilter
    ? { window }
    : source.updatedFilter
      ? { window, by: 'updated' }
      : {}
  const query = { ...filter, ...(part !== undefined && { part }), cursor: null, limit: 1 }
  await pace(() => source.list(query, signal))
}
