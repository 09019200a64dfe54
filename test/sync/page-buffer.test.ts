import { expect, it } from 'vitest'
import { type Arrivals, createPageBuffer } from '../../src/sync/page-buffer.ts'
import type { ReadPage } from '../../src/sync/read-page.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createdSeconds } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createCopy } from './list-copy.ts'

const page = { source: { kind: 'list', name: 'customers' } } as unknown as ReadPage
const gathering = { gatherMs: 100, gatherMsInLine: 500, pagesPerBatch: 24 }

/** A buffer whose first batch was taken at 0, and in which another page waits since then. */
async function gatheringBuffer(arrivals: Arrivals) {
  const clock = createVirtualClock()
  const buffer = createPageBuffer({ clock, ...gathering })
  const source = { mayStillArrive: () => true, throwFailure: () => {}, arrivals: () => arrivals }
  buffer.add(page)
  await clock.run(buffer.take(source))
  buffer.add(page)
  const took = buffer.take(source).then(() => clock.now())
  const at = async (ms: number, act: () => void) => {
    await clock.sleep(ms)
    act()
  }
  return { clock, buffer, took, at }
}

it.each([
  { arrivals: 'in line', ms: 500 },
  { arrivals: 'in flight', ms: 100 },
  { arrivals: 'none', ms: 0 },
] as const)('gathers pages for $ms ms where arrivals are: $arrivals', async ({ arrivals, ms }) => {
  const { clock, took } = await gatheringBuffer(arrivals)
  expect(await clock.run(took)).toBe(ms)
})

it('gathers no longer once no request waits in line, but as long as for pages in flight', async () => {
  const { clock, buffer, took, at } = await gatheringBuffer('in line')
  const early = at(50, () => buffer.endGathering('in flight'))
  const late = at(150, () => buffer.endGathering('in flight'))
  expect(await clock.run(took)).toBe(150)
  await Promise.all([early, late])
})

it('gathers no longer once the batch is full', async () => {
  const { clock, buffer, took, at } = await gatheringBuffer('in line')
  const filling = at(200, () => {
    for (let pages = 1; pages < gathering.pagesPerBatch; pages++) buffer.add(page)
    buffer.endGathering('in line')
  })
  expect(await clock.run(took)).toBe(200)
  await filling
})

it('a batch has as many pages as fit, and not one less', async () => {
  const buffer = createPageBuffer({ clock: createVirtualClock(), ...gathering, pagesPerBatch: 2 })
  const source = { mayStillArrive: () => false, throwFailure: () => {}, arrivals: () => 'none' as const }
  for (let pages = 0; pages < 3; pages++) buffer.add(page)
  expect([await buffer.take(source), await buffer.take(source)].map(({ length }) => length)).toEqual([2, 1])
})

it('the error of a failed call comes after the pages that arrived before it', async () => {
  const buffer = createPageBuffer({ clock: createVirtualClock(), ...gathering })
  const throwFailure = () => {
    throw new Error('failed')
  }
  const source = { mayStillArrive: () => false, throwFailure, arrivals: () => 'none' as const }
  buffer.add(page)
  expect(await buffer.take(source)).toEqual([page])
  await expect(buffer.take(source)).rejects.toThrow('failed')
})

it('while requests wait for the limit a job commits twice a second, and its end waits for nothing', async () => {
  const clock = createVirtualClock()
  const seconds = createdSeconds(5_000, 'uniform')
  const list = createFakeList(seconds, { clock, latencyMs: 200 })
  const known = seconds.toReversed().filter((_, at) => at > 0 && at % 100 === 0)
  const copy = createCopy(list, { clock, known, perSecond: 25, ...gathering })
  await clock.run(copy.go())
  // 50 requests, one every 40 ms, and the last one's answer.
  expect(clock.now()).toBe(49 * 40 + 200)
  // The first page, two a second, and those of the last answers.
  expect(copy.seen.batches).toBeLessThanOrEqual(9)
})
