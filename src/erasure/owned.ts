/** Ids that a row or an item holds: its own, those of its customers, and those of objects it is about or owns. */
export interface RelatedIds {
  readonly id: string
  readonly customers: readonly string[]
  readonly about: readonly string[]
  readonly owns: readonly string[]
}

/** A row that names customers is of each of them, whatever else it mentions; without one it belongs to what it is about. */
export const decidingIds = ({ id, customers, about }: RelatedIds): readonly string[] => [
  id,
  ...(customers.length === 0 ? about : customers),
]

export const isErased = (member: RelatedIds, erased: (id: string) => boolean): boolean =>
  decidingIds(member).some(erased)

/** Everything that is erased directly or through other members of the list. `onErased` gets the ids of each, which `erased` must know from then on. */
export function collectErased<Member extends RelatedIds>(
  members: readonly Member[],
  erased: (id: string) => boolean,
  onErased: (ids: readonly string[]) => void,
): ReadonlySet<Member> {
  const collected = new Set<Member>()
  for (let before = -1; before < collected.size; ) {
    before = collected.size
    for (const member of members) {
      if (collected.has(member) || !isErased(member, erased)) continue
      collected.add(member)
      onErased([member.id, ...member.owns])
    }
  }
  return collected
}
