import { inactiveLocation, mainLocation } from '../locations.ts'
import type { Dataset } from '../resource.ts'

/** Twelve payments in a row, and the three invoices among them, belong to one location. */
export const blockSize = 12

/** The location of a block of payments. The newest two fifths of the history have none at the closed location. */
export function locationOfBlock(block: number, data: Dataset): number {
  const count = data.locations.length
  const slot = count > slots.length ? block : (slots[block % slots.length] ?? mainLocation)
  const location = slot % count
  const newest = block * blockSize < data.count('payments') * 0.4
  return location === inactiveLocation && newest ? mainLocation : location
}

export const locationOfPayment = (n: number, data: Dataset) => locationOfBlock(Math.floor(n / blockSize), data)

/** The main location takes four in ten payments. */
const slots = [0, 1, 0, 2, 3, 0, 4, 1, 0, 5] as const

export const locationId = (index: number, data: Dataset) => data.locations[index]?.id ?? ''
export const currencyOf = (index: number, data: Dataset) => data.locations[index]?.currency ?? 'USD'
