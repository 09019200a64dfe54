import { expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { refusedLater } from '../../src/sync/refused.ts'

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
