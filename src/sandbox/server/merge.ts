import { firstAfter, order, type Place } from './list-position.ts'

/** Places in list order. */
export interface Row<T extends Place> {
  readonly size: number
  placeAt(index: number): T
}

/** Walks two rows as one, from a border towards older or newer places; the border itself belongs to neither direction. */
export function* walk<A extends Place, B extends Place>(
  one: Row<A>,
  two: Row<B>,
  border: Place,
  step: 1 | -1,
): Generator<A | B> {
  let i = beside(one, border, step)
  let j = beside(two, border, step)
  while (true) {
    const a = i >= 0 && i < one.size ? one.placeAt(i) : undefined
    const b = j >= 0 && j < two.size ? two.placeAt(j) : undefined
    if (a && (!b || order(a, b) * step < 0)) {
      i += step
      yield a
    } else if (b) {
      j += step
      yield b
    } else return
  }
}

function beside({ size, placeAt }: Row<Place>, border: Place, step: 1 | -1): number {
  const after = firstAfter(border, size, placeAt)
  if (step === 1) return after
  const at = after - 1
  return at >= 0 && order(placeAt(at), border) === 0 ? at - 1 : at
}
