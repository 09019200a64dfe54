import { expect, it } from 'vitest'
import { type Arrivals, createPageBuffer } from '../../src/sync/page-buffer.ts'
import type { ReadPage } from '../../src/sync/read-page.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

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
