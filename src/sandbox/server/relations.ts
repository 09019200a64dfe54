import type { ResourceName } from '../stripe/resources/names.ts'

/** Which objects of one resource belong to which of another: refunds to charges, invoices to subscriptions. */
export interface Kin {
  readonly of: ResourceName
  /** The field that holds the id of the parent. */
  readonly field?: string
  /** How many children the parents have in turn, again and again: every fifth charge has a dispute: `[1, 0, 0, 0, 0]`. */
  readonly pattern: readonly [number, ...number[]]
  /** Seconds from the birth of the parent to that of its `index`-th child. */
  delay(index: number, draw: number): number
}

/** The same as numbers: computed in both directions, so nothing is kept. */
export interface Kinship {
  parent(child: number): number | undefined
  /** The numbers of the children, from and up to but excluding. */
  children(parent: number): readonly [number, number]
}

/**
 * Lays the pattern out over all parents as one row of slots and spreads the children evenly over the slots, so that
 * every count of children fits every count of parents.
 */
export function createKinship(pattern: Kin['pattern'], parents: number, children: number): Kinship {
  const { before, round, slotsBefore } = laidOut(pattern)
  const slots = slotsBefore(parents)
  const firstChild = (slot: number) => Math.floor((slot * children + slots - 1) / slots)
  return {
    parent(child) {
      if (slots === 0) return undefined
      // Objects added later have numbers beyond the last; they find a parent all the same.
      const slot = Math.floor(((child % Math.max(children, 1)) * slots) / Math.max(children, 1))
      const within = before.findLastIndex((sum) => sum <= slot % round)
      return Math.floor(slot / round) * pattern.length + within
    },
    children(parent) {
      if (slots === 0 || parent >= parents) return [0, 0]
      return [firstChild(slotsBefore(parent)), firstChild(slotsBefore(parent + 1))]
    },
  }
}

/** How many children the pattern gives to so many parents. */
export const childrenOf = (pattern: Kin['pattern'], parents: number) => laidOut(pattern).slotsBefore(parents)

function laidOut(pattern: Kin['pattern']) {
  const before = [0]
  for (const weight of pattern) before.push((before.at(-1) ?? 0) + weight)
  const round = before[pattern.length] ?? 0
  const slotsBefore = (parent: number) =>
    Math.floor(parent / pattern.length) * round + (before[parent % pattern.length] ?? 0)
  return { before, round, slotsBefore }
}
