import type { SyncError } from '../errors.ts'
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
  Resource,
} from './contract.ts'

/** A provider author's parts, put together by `defineProvider`. */
export interface ProviderParts<Connection> {
  readonly name: string
  readonly resources: readonly Resource<Connection>[]
  readonly changes?: Changes<Connection>
  /** See Provider.states. */
  readonly states?: Provider['states']
  open(
    credentials: Credentials,
  ): Connection & Pick<Account, 'id' | 'mode' | 'credential' | 'perSecond' | 'metersPoints' | 'close'>
  /** See Account.identify. */
  identify(connection: Connection, signal: AbortSignal): Promise<Identity>
  /** The only place that reads an SDK error. */
  failure(error: unknown, connection: Connection): SyncError
}

/** Builds a provider from its parts. Its calls throw SyncErrors only. */
export function defineProvider<Connection>(parts: ProviderParts<Connection>): Provider {
  const { changes } = parts
  const resources = parts.resources.map((resource) => ({ resource, shape: shapeOf(resource) }))
  return {
    name: parts.name,
    resources: parts.resources,
    ...(parts.states && { states: parts.states }),
    connect(credentials) {
      const connection = parts.open(credentials)
      const failure = (error: unknown) => parts.failure(error, connection)
      return {
        id: connection.id,
        mode: connection.mode,
        credential: connection.credential,
        perSecond: connection.perSecond,
        ...(connection.metersPoints && { metersPoints: true }),
        sources: resources.map(({ resource, shape }) => connectResource(resource, { connection, shape, failure })),
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

interface ConnectOptions<Connection> {
  readonly connection: Connection
  readonly shape: Shape | null
  failure(error: unknown): SyncError
}

function connectResource<Connection>(
  { list, retrieve, nested, unsettled, partition, ...resource }: Resource<Connection>,
  { connection, shape, failure }: ConnectOptions<Connection>,
): ListSource {
  return {
    ...resource,
    kind: 'list',
    list: (query, signal) =>
      readFailure(() => list(connection, shape ? { ...query, shape } : query, signal), failure, signal),
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
function shapeOf({ row, nested, embeddedItems, gone, createdFilter, updatedFilter }: Resource<never>): Shape | null {
  // A scan reads one time, in seconds since 1970.
  const isScannable = !nested && !embeddedItems && !gone && !createdFilter?.read && !updatedFilter
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
