import type { Mutation } from './mutation.ts'

/** Mutations that once survived, or that no operator makes: what each breaks is its name. */
export const named: readonly Mutation[] = [
  {
    name: 'lines of a nested list are never updated',
    file: 'src/job/commit/write.ts',
    from: "onlyMissing: kind === 'embedded' }",
    to: "onlyMissing: kind === 'embedded' || resource.includes('line') || resource.includes('item') }",
  },
  {
    name: 'the search for refused rows takes any error for a refusal',
    file: 'src/job/commit/quarantine.ts',
    from: "if (classify(error) !== 'data') throw error",
    to: '',
  },
  {
    name: 'every count check matches',
    file: 'src/job/commit/reconcile.ts',
    from: 'difference <= changedMeanwhile',
    to: 'true',
  },
  {
    name: 'a copy of the message is not waited for',
    file: 'src/queue/deliver.ts',
    from: 'await queue.send(',
    to: 'void queue.send(',
  },
  {
    name: 'giving a message back is not waited for',
    file: 'src/queue/deliver.ts',
    from: 'await queue.giveBack(',
    to: 'void queue.giveBack(',
  },
  {
    name: 'a dead letter is not waited for',
    file: 'src/queue/deliver.ts',
    from: 'await queue.deadLetter(',
    to: 'void queue.deadLetter(',
  },
  {
    name: 'an erasure leaves its ids in the checkpoints of open jobs',
    file: 'src/erasure/open-jobs.ts',
    from: 'removeIds(discountItems(before, items), ids)',
    to: 'discountItems(before, items)',
  },
  {
    name: 'an erasure leaves its items in the tallies of open jobs',
    file: 'src/erasure/open-jobs.ts',
    from: 'removeIds(discountItems(before, items), ids)',
    to: 'removeIds(before, ids)',
  },
  {
    name: 'a failed start is kept for ever',
    file: 'src/handler.ts',
    from: '    starting = undefined\n',
    to: '',
  },
  {
    name: 'a row that the list shows counts as unlisted',
    file: 'src/db/deletions.ts',
    from: '        and not listed.ids ? row.id\n',
    to: '',
  },
  {
    name: 'a row of a nested list that its parent shows is marked as deleted',
    file: 'src/db/deletions.ts',
    from: ' and not gone.ids ? row.id',
    to: '',
  },
  {
    name: 'a row seen later than the list counts as unlisted',
    file: 'src/db/deletions.ts',
    from: 'and (row.observed_at <= listed.observed_at',
    to: 'and (true',
  },
  {
    name: 'a row seen later than its deletion is marked as deleted',
    file: 'src/db/deletions.ts',
    from: 'and (row.observed_at <= gone.observed_at',
    to: 'and (true',
  },
  {
    name: 'as many commits with another checkpoint count as this commit',
    file: 'src/job/commit/transaction.ts',
    from: ' && row.same',
    to: '',
  },
  {
    name: 'a fenced commit is not looked for in the database',
    file: 'src/job/commit/transaction.ts',
    from: `      if (error instanceof SyncError) {
        if (attempted && (await wasCommitted(db, commit.lease, attempted))) return attempted
`,
    to: '      if (error instanceof SyncError) {\n',
  },
  {
    name: 'a list that is not believed in one delivery is believed in the next',
    file: 'src/job/settle-absence.ts',
    from: '(settling.committed().progress[source.name]?.kept ?? 0) === 0',
    to: 'true',
  },
  {
    name: 'verify finds no row that is missing',
    file: 'src/verify/findings.ts',
    from: 'sum[finding.kind]++',
    to: "if (finding.kind !== 'missing') sum[finding.kind]++",
  },
  {
    name: 'verify ends with code 0 whatever differs',
    file: 'src/cli/verify.ts',
    from: 'comparisons.length > 0 && differing.length === 0',
    to: 'comparisons.length > 0',
  },
  {
    name: 'the preview of an upcoming invoice is stored',
    file: 'src/providers/stripe/events.ts',
    from: " || type === 'invoice.upcoming'",
    to: '',
  },
]
