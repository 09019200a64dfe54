/** Ids that a row or an item holds: its own, its customer's, and those of objects it is about or owns. */
export interface RelatedIds {
  readonly id: string
  readonly customer: string | null
  readonly about: readonly string[]
  readonly owns: readonly string[]
}

/** A row that names a customer is that customer's, whatever else it mentions; without one it belongs to what it is about. */
export const decidingIds = ({ id, customer, about }: RelatedIds): readonly string[] => [
  id,
  ...(customer === null ? about : [customer]),
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
