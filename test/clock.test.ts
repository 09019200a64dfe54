import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { systemClock } from '../src/clock.ts'

it('sleeps, and leaves no listener behind', async () => {
  const { signal } = new AbortController()
  const began = systemClock.now()
  await systemClock.sleep(20, signal)
  // A timer of Node fires up to a millisecond early.
  expect(systemClock.now() - began).toBeGreaterThanOrEqual(19)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('rejects with the reason of its signal, which was aborted before or while it sleeps', async () => {
  const reason = new Error('enough')
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const sleeping = systemClock.sleep(60_000, controller.signal)
  controller.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})
