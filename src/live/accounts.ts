import type { Clock } from '../clock.ts'
import type { TenantDatabase } from '../db/open.ts'
import { type Ownership, ownershipOf } from '../erasure/ownership.ts'
import { SyncError } from '../errors.ts'
import type { Account, ListSource, Provider } from '../provider/contract.ts'
import { createObservation, type Observe } from '../sync/observed-at.ts'
import { type Ceiling, createCeiling } from './ceiling.ts'
import { keptResources } from './kept-resources.ts'
import type { Route } from './live-event.ts'

/** An account as live events read it. */
export interface LiveAccount {
  /** The resources whose rows are kept, behind the ceiling of live requests. */
  readonly sources: readonly ListSource[]
  readonly ownership: Ownership
  /** Whether objects can be fetched. If not, a job has to read them. */
  readonly canAsk: boolean
  /** Requests made since the account was opened. */
  requests(): number
}

export interface LiveAccounts {
  /** For one batch of events. @throws SyncError for an unknown provider or a key that cannot be used */
  open(route: Route): Promise<LiveAccount>
  close(): void
}

export interface AccountDeps {
  provider(name: string): Promise<Provider>
  /** The key of the account: undefined for the configured one. Null if nothing can be asked for. @throws SyncError */
  accessToken(route: Route): Promise<string | undefined | null>
  tenant(id: string): TenantDatabase
  readonly clock: Clock
  now(): Date
  /** Absent: the ceiling of this process. */
  readonly ceiling?: Ceiling
}

/** Milliseconds for which a connection and the list of resources are used. A key may be replaced, and jobs may read more. */
const keptMs = 60_000

/** Connects accounts once a minute and keeps them, so that a batch of events needs neither a handshake nor a query. */
export function openLiveAccounts(deps: AccountDeps): LiveAccounts {
  const { ceiling = createCeiling(deps.clock) } = deps
  const opened = new Map<string, { readonly until: number; readonly opening: Promise<Connected> }>()
  const close = (key: string) => {
    opened.get(key)?.opening.then(
      ({ connection }) => connection?.close(),
      () => {},
    )
    opened.delete(key)
  }
  return {
    async open(route) {
      const key = `${route.tenantId} ${route.provider} ${route.account}`
      const now = deps.clock.now()
      for (const [other, { until }] of opened) if (until <= now) close(other)
      const opening = opened.get(key)?.opening ?? connect(route, deps)
      if (!opened.has(key)) opened.set(key, { until: now + keptMs, opening })
      try {
        return behindCeiling(await opening, route, ceiling)
      } catch (error) {
        opened.delete(key)
        throw error
      }
    },
    close() {
      for (const key of [...opened.keys()]) close(key)
    },
  }
}

interface Connected extends Pick<LiveAccount, 'sources' | 'ownership'> {
  /** Null if nothing can be asked for. */
  readonly connection: Account | null
  readonly observe: Observe
}

async function connect(
  route: Route,
  { provider: find, accessToken, tenant, clock, now }: AccountDeps,
): Promise<Connected> {
  const { tenantId } = route
  const provider = await find(route.provider)
  const token = await accessToken(route)
  const connection = token === null ? null : provider.connect({ tenantId, accessToken: token })
  const sources = connection?.sources ?? provider.unconnected?.() ?? []
  const names = await tenant(tenantId).read((tx) => keptResources(tx, route, provider.resources))
  return {
    connection,
    sources: sources.filter(({ name }) => names.has(name)),
    ownership: ownershipOf(provider.resources),
    observe: createObservation(clock, () => now().getTime()),
  }
}

/** Makes requests one by one as the ceiling allows. It tries none again: the message comes back. */
function behindCeiling(
  { connection, sources, ownership, observe }: Connected,
  route: Route,
  ceiling: Ceiling,
): LiveAccount {
  const account = `${route.provider} ${route.account}`
  let requests = 0
  const ask: Observe = async (work) => {
    await ceiling.take(account)
    requests++
    try {
      return await observe(work)
    } catch (error) {
      if (error instanceof SyncError && (error.limit || error.code === 'rate_limited'))
        ceiling.block(account, error.retryAfter)
      throw error
    }
  }
  return {
    sources: sources.map((source) => behind(source, ask)),
    ownership,
    canAsk: connection !== null,
    requests: () => requests,
  }
}

/** The source with its requests for one object and for the rest of nested lists behind the ceiling. */
function behind(source: ListSource, ask: Observe): ListSource {
  const { retrieve, nested } = source
  return {
    ...source,
    ...(retrieve && { retrieve: (id, signal) => ask(() => retrieve(id, signal)) }),
    ...(nested && {
      nested: nested.map((list) => ({
        ...list,
        list: (parentId, query, signal) => ask(() => list.list(parentId, query, signal)),
      })),
    }),
  }
}
