import { expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { withParts } from '../../src/sync/partition.ts'
import type { Source } from '../../src/sync/source.ts'

const never = new AbortController().signal
const sourceOf = (name: string, list?: () => Promise<readonly string[]>) =>
  ({ kind: 'list', name, ...(list && { partition: { column: 'locationId', list } }) }) as unknown as Source

const named = [{ name: 'orders' }, { name: 'customers' }]

it('a resource has the parts that its account knows, and one without parts stays as it is', async () => {
  const sources = [sourceOf('orders', async () => ['L1', 'L2']), sourceOf('customers')]
  expect(await withParts(named, sources, never)).toEqual([
    { name: 'orders', parts: ['L1', 'L2'] },
    { name: 'customers' },
  ])
})

it('a resource whose parts are refused is left without, and any other error ends the planning', async () => {
  const failing = (error: SyncError) => [sourceOf('orders', () => Promise.reject(error)), sourceOf('customers')]
  const refused = new SyncError('reject', 'permission_denied', 'x: no', { scope: 'resource' })
  expect(await withParts(named, failing(refused), never)).toEqual(named)
  const away = new SyncError('retry', 'provider_unavailable', 'x: away')
  await expect(withParts(named, failing(away), never)).rejects.toBe(away)
})
