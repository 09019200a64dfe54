import { type Comparison, isEqual } from './compare.ts'

/** Sentences about what makes the tables equal again. */
export function repairsOf(comparisons: readonly Comparison[]): readonly string[] {
  const differing = comparisons.filter((comparison) => !isEqual(comparison))
  const repaired = differing.filter(
    ({ missing, changed, extra, unremovable }) => missing + changed + extra - unremovable > 0,
  )
  const unchecked = differing.filter((comparison) => comparison.unchecked > 0)
  const unremovable = differing.filter((comparison) => comparison.unremovable > 0)
  return [
    ...(repaired.length > 0 ? [jobFor(repaired)] : []),
    ...(unchecked.length > 0
      ? [
          `verify did not ask for ${sumOf(unchecked, 'unchecked')} rows of ${namesOf(unchecked)} that no list shows. A full job asks for some of them by id, where the provider and the key allow that. It removes those that the provider no longer has.`,
        ]
      : []),
    ...(unremovable.length > 0
      ? [
          `No job removes the ${sumOf(unremovable, 'unremovable')} extra rows of ${namesOf(unremovable)}, because the provider has no list of them. The owner of the tables deletes them.`,
        ]
      : []),
  ]
}

function jobFor(differing: readonly Comparison[]): string {
  const needForce = sumOf(differing, 'needForce')
  if (needForce === 0) return `A full job repairs ${namesOf(differing)}.`
  return `A full job with "force_refresh": true repairs ${namesOf(differing)} (npm start -- --force). Without it, ${needForce} of these rows would stay as they are.`
}

const namesOf = (comparisons: readonly Comparison[]) => comparisons.map(({ resource }) => resource).join(', ')

const sumOf = (comparisons: readonly Comparison[], count: 'needForce' | 'unchecked' | 'unremovable') =>
  comparisons.reduce((sum, comparison) => sum + comparison[count], 0)
