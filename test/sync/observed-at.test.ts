import { expect, test } from 'vitest'
import { createObservation, secondAsked } from '../../src/sync/observed-at.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const base = Date.UTC(2026, 10, 29, 14, 3, 7)

test('an answer counts as observed a millisecond before the second in which it was asked for', async () => {
  let now = 400
  const clock = { ...createVirtualClock(), now: () => now }
  const observe = createObservation(clock)
  const { observedAt, answeredAt } = await observe(async () => {
    now += 250
    return { observedAt: new Date(base + now) }
  })
  // An event of 14:03:07 may be of a change that the answer does not show, and has to win.
  expect(observedAt).toEqual(new Date(base - 1))
  expect(answeredAt).toEqual(new Date(base + 650))
  expect(secondAsked(observedAt) * 1_000).toBe(base)
})

test('an answer that takes seconds shows the state of its request, and none is later than the database’s clock', async () => {
  let now = 0
  const clock = { ...createVirtualClock(), now: () => now }
  const slow = async () => {
    now += 4_000
    return { observedAt: new Date(base + now) }
  }
  expect((await createObservation(clock)(slow)).observedAt).toEqual(new Date(base - 1))
  const capped = await createObservation(clock, () => base - 60_000)(slow)
  expect(capped.observedAt).toEqual(new Date(base - 60_000 - 1))
})

test('an answer that runs ahead counts by the median of the last nine, the lower of two in the middle', async () => {
  const seconds = async (offsets: readonly number[]) => {
    const observe = createObservation({ ...createVirtualClock(), now: () => 0 })
    const observed: number[] = []
    for (const offset of offsets) {
      const { observedAt } = await observe(async () => ({ observedAt: new Date(base + offset * 1_000) }))
      observed.push((observedAt.getTime() + 1 - base) / 1_000)
    }
    return observed
  }
  expect(await seconds([10, 20])).toEqual([10, 10])
  expect(await seconds([10, 20, 30, 40])).toEqual([10, 10, 20, 20])
  expect(await seconds([30, 10, 20])).toEqual([30, 10, 20])
  // With the first one forgotten the last would count by 0.
  expect((await seconds([90, 0, 0, 0, 0, 50, 60, 70, 80])).at(-1)).toBe(50)
})
