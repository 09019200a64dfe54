import { expect, test } from 'vitest'
import type { Comparison } from '../../src/verify/compare.ts'
import { repairsOf } from '../../src/verify/repair.ts'

const equal: Comparison = {
  kind: 'compared',
  resource: 'customers',
  listed: 1,
  live: 1,
  missing: 0,
  changed: 0,
  extra: 0,
  hidden: 0,
  unchecked: 0,
  rejected: 0,
  erased: 0,
  needForce: 0,
  unremovable: 0,
  examples: [],
}

const unchecked =
  'verify did not ask for 7 rows of payments that no list shows. A full job asks for some of them by id, where the provider and the key allow that. It removes those that the provider no longer has.'

test.each<{
  readonly of: string
  readonly rows: readonly Partial<Comparison>[]
  readonly sentences: readonly string[]
}>([
  { of: 'equal and hidden rows', rows: [{}, { hidden: 3 }], sentences: [] },
  {
    of: 'rows that differ',
    rows: [{ missing: 1 }, { resource: 'payments', changed: 2 }, { resource: 'refunds' }],
    sentences: ['A full job repairs customers, payments.'],
  },
  {
    of: 'rows whose payload counts as unchanged',
    rows: [{ changed: 2, needForce: 1 }],
    sentences: [
      'A full job with "force_refresh": true repairs customers (npm start -- --force). Without it, 1 of these rows would stay as they are.',
    ],
  },
  {
    of: 'unchecked rows, which a full job need not remove',
    rows: [{ resource: 'payments', unchecked: 7 }],
    sentences: [unchecked],
  },
  {
    of: 'unchecked rows beside a row that is missing',
    rows: [{ missing: 1 }, { resource: 'payments', unchecked: 7 }],
    sentences: ['A full job repairs customers.', unchecked],
  },
  {
    of: 'extra rows that only other objects show',
    rows: [
      { extra: 2, unremovable: 2 },
      { resource: 'refunds', missing: 1, extra: 1, unremovable: 1 },
    ],
    sentences: [
      'A full job repairs refunds.',
      'No job removes the 3 extra rows of customers, refunds, because the provider has no list of them. The owner of the tables deletes them.',
    ],
  },
])('the sentences about repairs are true of $of', ({ rows, sentences }) => {
  expect(repairsOf(rows.map((row) => ({ ...equal, ...row })))).toEqual(sentences)
})
