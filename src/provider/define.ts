import { listChanged, SyncError } from '../errors.ts'
import { Shape } from '../json/shape.ts'
import { abortable } from './abortable.ts'
import type {
  Account,
  Changes,
  Credentials,
  Identity,
  ListSource,
  NestedSource,
  Provider,
  Query,
  Resource,
} from './contract.ts'

/** A resource without a list of its own, see Resource.derivedFrom. */
export type DerivedResource = Pick<Resource, 'name' | 'table' | 'optional' | 'row' | 'owner' | 'namedBy'> & {
  readonly derivedFrom: readonly string[]
}

/** A provider author's parts, put together by `defineProvider`. */
export interface ProviderParts<Connection> {
  readonly name: string
  readonly resources: readonly (Resource<Connection> | DerivedResource)[]
  readonly changes?: Changes<Connection>
  /** See Provider.states. */
  readonly states?: Provider['states']
  /** See Provider.isAccountName. */
  readonly isAccountName?: Provider['isAccountName']
  open(
    credentials: Credentials,
  ): Connection &
    Pick<
      Account,
      'id' | 'mode' | 'credential' | 'perSecond' | 'concurrency' | 'monthlyReads' | 'metersPoints' | 'close'
    >
  /** See Account.identify. */
  identify(connection: Connection, signal: AbortSignal): Promise<Identity>
  /** The only place that reads an SDK error. */
  failure(error: unknown, connection: Connection): SyncError
}

/** Builds a provider from its parts. Its calls throw SyncErrors only. */
export function defineProvider<Connection>(parts: ProviderParts<Connection>): Provider {
  const { changes } = parts
  for (const resource of parts.resources) if (!isDerived(resource)) checkFilters(parts.name, resource)
  const resources = parts.resources.map((resource) => ({
    resource,
    shape: isDerived(resource) ? null : shapeOf(resource),
  }))
  return {
    name: parts.name,
    resources: parts.resources,
    ...(parts.states && { states: parts.states }),
    ...(parts.isAccountName && { isAccountName: parts.isAccountName }),
    unconnected: () =>
      resources.map(({ resource }) => (isDerived(resource) ? derivedSource(resource) : withoutKey(resource))),
    connect(credentials) {
      const connection = parts.open(credentials)
      const failure = (error: unknown) => parts.failure(error, connection)
      return {
        id: connection.id,
        mode: connection.mode,
        credential: connection.credential,
        perSecond: connection.perSecond,
        ...(connection.concurrency !== undefined && { concurrency: connection.concurrency }),
        ...(connection.monthlyReads !== undefined && { monthlyReads: connection.monthlyReads }),
        ...(connection.metersPoints && { metersPoints: true }),
        sources: resources.map(({ resource, shape }) =>
          isDerived(resource) ? derivedSource(resource) : connectResource(resource, { connection, shape, failure }),
        ),
        ...(changes && {
          changes: {
            ...changes,
            list: (query, signal) => readFailure(() => changes.list(connection, query, signal), failure, signal),
          },
        }),
        identify: (signal) => readFailure(() => parts.identify(connection, signal), failure, signal),
        close: () => connection.close(),
      }
    },
  }
}

const isDerived = <Connection>(resource: Resource<Connection> | DerivedResource): resource is DerivedResource =>
  resource.derivedFrom !== undefined

function derivedSource(resource: DerivedResource): ListSource {
  const { name } = resource
  const message = `${name}: it has no list of its own. Report a bug with this error.`
  return {
    ...resource,
    kind: 'list',
    list: () => Promise.reject(new SyncError('reject', 'provider_contract', message)),
  }
}

/** A resource whose items can be mapped and not asked for. */
function withoutKey<Connection>({
  nested,
  count: _count,
  unsettled,
  partition,
  ...resource
}: Resource<Connection>): ListSource {
  const message = `${resource.name}: it cannot be fetched without a key. Give the account a reference to its key.`
  const refuse = () => Promise.reject(new SyncError('reject', 'no_credentials', message, { scope: 'account' }))
  return {
    ...resource,
    kind: 'list',
    list: refuse,
    retrieve: refuse,
    ...(nested && { nested: nested.map((list): NestedSource => ({ ...list, list: refuse })) }),
  }
}

/** @throws TypeError for a filter that would make the core ask for windows without end */
function checkFilters(provider: string, { name, createdFilter, updatedFilter }: Resource<never>): void {
  for (const { maxDays, historyDays } of [createdFilter ?? {}, updatedFilter ?? {}])
    if (maxDays !== undefined && historyDays === undefined)
      throw new TypeError(`${provider}: ${name} has maxDays without historyDays. Say how many days the list goes back.`)
}

const partsRefused = (name: string) =>
  new SyncError(
    'reject',
    listChanged,
    `${name}: the provider refused to name its parts when the job was planned, and names them now. Send a new jobId.`,
  )

interface ConnectOptions<Connection> {
  readonly connection: Connection
  readonly shape: Shape | null
  failure(error: unknown): SyncError
}

function connectResource<Connection>(
  { list, count, retrieve, nested, unsettled, partition, ...resource }: Resource<Connection>,
  { connection, shape, failure }: ConnectOptions<Connection>,
): ListSource {
  const ask = async (query: Query, signal: AbortSignal) => {
    if (partition && query.part === undefined) {
      // Without a part, an API may show its main location only.
      await partition.list(connection, signal)
      throw partsRefused(resource.name)
    }
    return await list(connection, shape ? { ...query, shape } : query, signal)
  }
  return {
    ...resource,
    kind: 'list',
    list: (query, signal) => readFailure(() => ask(query, signal), failure, signal),
    ...(count && { count: (signal) => readFailure(() => count(connection, signal), failure, signal) }),
    ...(retrieve && {
      retrieve: (id, signal) => readFailure(() => retrieve(connection, id, signal), failure, signal),
    }),
    ...(partition && {
      partition: {
        column: partition.column,
        list: (signal) => readFailure(() => partition.list(connection, signal), failure, signal),
      },
    }),
    ...(unsettled && { unsettled: connectUnsettled(unsettled, { connection, failure }) }),
    ...(nested && {
      nested: nested.map(
        ({ list: listNested, ...rest }): NestedSource => ({
          ...rest,
          list: (parentId, query, signal) =>
            readFailure(() => listNested(connection, parentId, query, signal), failure, signal),
        }),
      ),
    }),
  }
}

function connectUnsettled<Connection>(
  unsettled: NonNullable<Resource<Connection>['unsettled']>,
  { connection, failure }: Pick<ConnectOptions<Connection>, 'connection' | 'failure'>,
): NonNullable<ListSource['unsettled']> {
  if (unsettled === 'every row') return unsettled
  const { list, ...rows } = unsettled
  return {
    ...rows,
    ...(list && { list: (query, signal) => readFailure(() => list(connection, query, signal), failure, signal) }),
  }
}

/** The shape of items that need no parsing; null if the resource looks for other objects inside its items. */
function shapeOf({
  row,
  nested,
  embeddedItems,
  touched,
  gone,
  createdFilter,
  updatedFilter,
}: Resource<never>): Shape | null {
  // A scan reads one time, in seconds since 1970.
  const isScannable = !nested && !embeddedItems && !touched && !gone && !createdFilter?.read && !updatedFilter
  return row.expected && isScannable ? Shape.of(row.expected, createdFilter?.field) : null
}

async function readFailure<Result>(
  call: () => Promise<Result>,
  failure: (error: unknown) => SyncError,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted()
  try {
    return await abortable(call(), signal)
  } catch (error) {
    signal.throwIfAborted()
    throw failure(error)
  }
}
