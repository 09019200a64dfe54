import type { Reading, Slice } from '../../src/sync/slices.ts'

export const all = { from: 0, to: null }
export const slice = (over: Partial<Slice> = {}): Slice => ({
  id: 1,
  resource: 'customers',
  part: null,
  window: all,
  query: all,
  cursor: null,
  position: null,
  boundary: [],
  ...over,
})
export const reading = (over: Partial<Slice>, density: number | null = 1, inFlight = false): Reading => ({
  slice: slice({ position: 10_000, ...over }),
  density,
  inFlight,
})
