import { expect, test } from 'vitest'
import { createRemembered } from '../../src/page/remembered.ts'

test('an answer is asked for again only after its time', async () => {
  let now = 0
  let lookups = 0
  const remembered = createRemembered(async () => ++lookups, { ms: 10_000, now: () => now })
  expect(await remembered()).toBe(1)
  now = 9_999
  expect(await remembered()).toBe(1)
  now = 10_000
  expect(await remembered()).toBe(2)
})

test('a queue that is away tells nothing, and keeps no page', async () => {
  const failing = createRemembered(async () => Promise.reject(new Error('away')), { ms: 10_000 })
  expect(await failing()).toBe(null)
  const silent = createRemembered(() => new Promise<number>(() => {}), { ms: 10_000 })
  expect(await silent()).toBe(null)
})
