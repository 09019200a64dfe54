import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { gidPrefix } from '../gids.ts'
import type { Prepare } from '../graphql/document.ts'
import type { ShopifyObject } from '../shopify-object.ts'
import { day, timestamp } from '../timestamps.ts'
import { resultLines } from './lines.ts'
import { type BulkReader, createBulkReader } from './reader.ts'
import { bulkRestrictions } from './restrictions.ts'

export interface BulkOptions {
  /** Seconds of the sandbox's clock that a bulk operation takes at least. Default 0. */
  readonly bulkSeconds?: number
  /** A bulk operation fails after so many objects of its outer connection. Default: never. */
  readonly bulkFailsAfter?: number
}

interface BulkParts {
  readonly prepare: Prepare
  readonly options: BulkOptions
  /** The provider's clock, in unix seconds. */
  now(): number
  /** The address of the sandbox. */
  url(): string
  /** Runs a query that reads the next objects of its outer connection. */
  execute(query: string, reader: BulkReader): ExecutionResult
  readonly signal: AbortSignal
}

/** The bulk operations of the app. Their results are files that are deleted when the sandbox is closed. */
export interface BulkOperations {
  run(query: string, isGrouped: boolean): unknown
  cancel(id: string): unknown
  find(id: string): ShopifyObject | undefined
  newest(): ShopifyObject | undefined
  /** The content of a result; undefined if there is none, or seven days after it was there. */
  file(name: string): Buffer | undefined
}

interface Operation {
  readonly id: string
  readonly file: string
  readonly query: string
  readonly createdAt: number
  state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED'
  endedAt: number
  errorCode: string | null
  objects: number
  roots: number
  bytes: number
}

/** https://shopify.dev/docs/api/usage/bulk-operations/queries: five at once since 2026-01, results are kept seven days. */
const mostAtOnce = 5
const keptFor = 7 * day

export function createBulkOperations({ prepare, options, now, url, execute, signal }: BulkParts): BulkOperations {
  const { bulkSeconds = 0, bulkFailsAfter = Number.POSITIVE_INFINITY } = options
  const operations: Operation[] = []
  let folder: string | undefined
  signal.addEventListener('abort', () => folder !== undefined && rmSync(folder, { recursive: true, force: true }))
  const pathOf = (file: string) => {
    folder ??= mkdtempSync(join(tmpdir(), 'shopify-bulk-'))
    return join(folder, file)
  }

  async function write(operation: Operation, isGrouped: boolean): Promise<void> {
    const reader = createBulkReader()
    writeFileSync(pathOf(operation.file), '')
    while (operation.state === 'RUNNING' && !signal.aborted) {
      const { data, errors = [] } = execute(operation.query, reader)
      const { lines, roots } = resultLines(data, isGrouped)
      appendFileSync(pathOf(operation.file), lines.join(''))
      operation.roots += roots
      operation.objects += lines.length
      operation.bytes += Buffer.byteLength(lines.join(''))
      if (errors.length > 0) end(operation, 'FAILED', isDenied(errors) ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR')
      else if (operation.roots >= bulkFailsAfter) end(operation, 'FAILED', 'INTERNAL_SERVER_ERROR')
      else if (reader.isAtEnd()) end(operation, 'COMPLETED', null)
      else await nextTurn()
    }
  }

  function end(operation: Operation, state: Operation['state'], errorCode: string | null): void {
    operation.state = state
    operation.errorCode = errorCode
    operation.endedAt = Math.max(now(), operation.createdAt + bulkSeconds)
  }

  const isRunning = ({ state, endedAt }: Operation) => state === 'RUNNING' || now() < endedAt

  function shown(operation: Operation): ShopifyObject {
    const { id, file, query, createdAt, state, endedAt, errorCode, objects, roots, bytes } = operation
    const isOver = !isRunning(operation)
    const isThere = isOver && objects > 0 && now() < endedAt + keptFor
    const address = isThere ? `${url()}/bulk/${file}` : null
    return {
      id,
      __typename: 'BulkOperation',
      type: 'QUERY',
      query,
      status: isOver ? state : 'RUNNING',
      errorCode: isOver ? errorCode : null,
      createdAt: timestamp(createdAt),
      completedAt: isOver && state === 'COMPLETED' ? timestamp(endedAt) : null,
      objectCount: String(objects),
      rootObjectCount: String(roots),
      fileSize: isThere ? String(bytes) : null,
      url: state === 'COMPLETED' ? address : null,
      partialDataUrl: state === 'COMPLETED' ? null : address,
    }
  }

  return {
    run(query, isGrouped) {
      const prepared = prepare(query, undefined)
      if (prepared.kind === 'invalid') return refused('INVALID', prepared.messages)
      const restrictions =
        prepared.operation.operation === 'query' ? bulkRestrictions(prepared.costs) : ['Bulk queries must be a query.']
      if (restrictions.length > 0) return refused('INVALID', restrictions)
      if (operations.filter(isRunning).length >= mostAtOnce)
        return refused('LIMIT_REACHED', [`${mostAtOnce} bulk query operations are already in progress.`])
      const number = operations.length + 1
      const operation: Operation = {
        id: `${gidPrefix('BulkOperation')}${7_000_000_000_000 + number}`,
        file: `bulk-${number}.jsonl`,
        query,
        createdAt: now(),
        state: 'RUNNING',
        endedAt: Number.POSITIVE_INFINITY,
        errorCode: null,
        objects: 0,
        roots: 0,
        bytes: 0,
      }
      operations.push(operation)
      const created = { ...shown(operation), status: 'CREATED' }
      // A mistake of the sandbox must not end the process; the operation fails instead.
      write(operation, isGrouped).catch(() => end(operation, 'FAILED', 'INTERNAL_SERVER_ERROR'))
      return { __typename: 'BulkOperationRunQueryPayload', bulkOperation: created, userErrors: [] }
    },
    cancel(id) {
      const operation = operations.find((candidate) => candidate.id === id)
      if (operation && isRunning(operation)) {
        end(operation, 'CANCELED', null)
        operation.endedAt = now()
      }
      return {
        __typename: 'BulkOperationCancelPayload',
        bulkOperation: operation ? shown(operation) : null,
        userErrors: [],
      }
    },
    find(id) {
      const operation = operations.find((candidate) => candidate.id === id)
      return operation && shown(operation)
    },
    newest() {
      const operation = operations.at(-1)
      return operation && shown(operation)
    },
    file(name) {
      const operation = operations.find(({ file }) => file === name)
      if (!operation) return undefined
      const { url: whole, partialDataUrl } = shown(operation)
      return (whole ?? partialDataUrl) ? readFileSync(pathOf(operation.file)) : undefined
    },
  }
}

const isDenied = (errors: readonly GraphQLError[]) =>
  errors.some(({ extensions }) => extensions.code === 'ACCESS_DENIED')

const refused = (code: string, messages: readonly string[]) => ({
  __typename: 'BulkOperationRunQueryPayload',
  bulkOperation: null,
  userErrors: messages.map((message) => ({ __typename: 'BulkOperationUserError', field: ['query'], message, code })),
})
