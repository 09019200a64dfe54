/** Which objects of one resource belong to which of another: refunds to charges, invoices to subscriptions. */
export interface Relation<Name extends string> {
  /** The resource of the parents. */
  readonly parent: Name
  /** The field that holds the id of the parent. */
  readonly field?: string
  /** How many children the parents have in turn, repeated: with `[1, 0, 0, 0, 0]` every fifth parent has one. */
  readonly pattern: ChildPattern
  /** Seconds from the creation of the parent to that of its `index`-th child; `draw` is a random 32-bit integer. */
  delay(index: number, draw: number): number
}

export type ChildPattern = readonly [number, ...number[]]

/** A relation between numbered objects. Both directions are computed, so no index is kept in memory. */
export interface NumberedRelation {
  /** The number of the parent; undefined if there are no parents. */
  parent(child: number): number | undefined
  children(parent: number): NumberRange
}

/** From the first number up to, but excluding, the second. */
export type NumberRange = readonly [from: number, to: number]

/**
 * Lays the pattern out over all parents as one sequence of slots and spreads the children evenly over the slots, so that
 * any count of children fits any count of parents.
 */
export function createRelation(pattern: ChildPattern, parents: number, children: number): NumberedRelation {
  const { slotsBefore, slotsInRound, slotsBeforeParent } = layOut(pattern)
  const slots = slotsBeforeParent(parents)
  const firstChild = (slot: number) => Math.floor((slot * children + slots - 1) / slots)
  return {
    parent(child) {
      if (slots === 0) return undefined
      // Objects inserted later have numbers beyond the last one. They get a parent too.
      const slot = Math.floor(((child % Math.max(children, 1)) * slots) / Math.max(children, 1))
      const within = slotsBefore.findLastIndex((sum) => sum <= slot % slotsInRound)
      return Math.floor(slot / slotsInRound) * pattern.length + within
    },
    children(parent) {
      if (slots === 0 || parent >= parents) return [0, 0]
      return [firstChild(slotsBeforeParent(parent)), firstChild(slotsBeforeParent(parent + 1))]
    },
  }
}

/** How many children the pattern gives to so many parents. */
export const childCount = (pattern: ChildPattern, parents: number) => layOut(pattern).slotsBeforeParent(parents)

function layOut(pattern: ChildPattern) {
  const slotsBefore = [0]
  for (const slots of pattern) slotsBefore.push((slotsBefore.at(-1) ?? 0) + slots)
  const slotsInRound = slotsBefore[pattern.length] ?? 0
  const slotsBeforeParent = (parent: number) =>
    Math.floor(parent / pattern.length) * slotsInRound + (slotsBefore[parent % pattern.length] ?? 0)
  return { slotsBefore, slotsInRound, slotsBeforeParent }
}
