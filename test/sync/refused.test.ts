import { expect, it } from 'vitest'
import { type Scope, SyncError } from '../../src/errors.ts'
import { isSkippable, refusedLater } from '../../src/sync/refused.ts'
import type { Source } from '../../src/sync/source.ts'

it('a refusal after the first page is a retry that keeps its scope, if it has one', () => {
  const scoped = new SyncError('reject', 'permission_denied', 'x: no', { scope: 'resource' })
  expect(refusedLater(scoped)).toMatchObject({
    verdict: 'retry',
    code: 'permission_denied',
    scope: 'resource',
    cause: scoped,
  })
  expect(refusedLater(new SyncError('reject', 'permission_denied', 'x: no')).scope).toBe(
    new SyncError('retry', 'permission_denied', 'x: no').scope,
  )
})

it('a resource is skipped only if its first page is refused, and not for a page or an account', () => {
  const source = { name: 'orders' } as Source
  const skips = (scope: Scope, begun: readonly string[] = [], verdict: 'reject' | 'retry' = 'reject') =>
    isSkippable(new SyncError(verdict, 'permission_denied', 'x: no', { scope }), source, new Set(begun))
  expect([skips('resource'), skips('resource', ['customers'])]).toEqual([true, true])
  expect([skips('resource', ['orders']), skips('page'), skips('account'), skips('resource', [], 'retry')]).toEqual([
    false,
    false,
    false,
    false,
  ])
  expect(isSkippable(new Error('away'), source, new Set())).toBe(false)
})
