import type { SyncError } from '../errors.ts'
import { abortable } from './abortable.ts'
import type { Account, Changes, Credentials, Identity, Provider, Resource } from './contract.ts'

/** A provider author's parts, put together by `defineProvider`. */
export interface ProviderParts<Connection> {
  readonly name: string
  readonly resources: readonly Resource<Connection>[]
  readonly changes?: Changes<Connection>
  open(credentials: Credentials): Connection & Pick<Account, 'id' | 'credential' | 'perSecond' | 'close'>
  /** See Account.identify. */
  identify(connection: Connection, signal: AbortSignal): Promise<Identity>
  /** The only place that reads an SDK error. */
  failure(error: unknown): SyncError
}

/** Puts a provider together, so that nothing but SyncErrors leaves it. */
export function defineProvider<Connection>(parts: ProviderParts<Connection>): Provider {
  const understood = async <T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    signal.throwIfAborted()
    try {
      return await abortable(call(), signal)
    } catch (error) {
      signal.throwIfAborted()
      throw parts.failure(error)
    }
  }
  return {
    name: parts.name,
    resources: parts.resources,
    connect(credentials) {
      const connection = parts.open(credentials)
      const { changes } = parts
      return {
        id: connection.id,
        credential: connection.credential,
        perSecond: connection.perSecond,
        sources: parts.resources.map(({ list, retrieve, nested, ...resource }) => ({
          ...resource,
          list: (query, signal) => understood(() => list(connection, query, signal), signal),
          ...(retrieve && { retrieve: (id, signal) => understood(() => retrieve(connection, id, signal), signal) }),
          ...(nested && {
            nested: nested.map(({ list: listNested, ...one }) => ({
              ...one,
              list: (parentId, query, signal) =>
                understood(() => listNested(connection, parentId, query, signal), signal),
            })),
          }),
        })),
        ...(changes && {
          changes: {
            ...changes,
            list: (query, signal) => understood(() => changes.list(connection, query, signal), signal),
          },
        }),
        identify: (signal) => understood(() => parts.identify(connection, signal), signal),
        close: () => connection.close(),
      }
    },
  }
}
