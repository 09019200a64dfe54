/** What a worker calls. */
type Way = 'provider' | 'database' | 'queue'

interface Spared {
  /** `continuation.test.ts: part of the title`, or a file alone. */
  readonly tests: readonly string[]
  readonly ways: readonly Way[]
  readonly why: string
}

/**
 * Tests of the integration suite that do not hold when random calls fail besides, by what they assert, and which calls are
 * left alone in them under `npm run faults -- --suite`. Everything else goes wrong there as everywhere.
 */
export const spared: readonly Spared[] = [
  {
    tests: ['integration/continuation.test.ts: a job past TimeoutMinutes fails with its checkpoint kept'],
    ways: ['provider'],
    why: 'Counts the requests that reach the provider; one that fails is made again.',
  },
  {
    tests: ['faults/delivery.test.ts: is tried as often as MaxRetries says'],
    ways: ['queue', 'provider'],
    why: 'Counts deliveries, and a call to the queue whose answer is lost makes one more; of a provider that is to fail always no answer may just be slow.',
  },
  {
    tests: [
      'erase.test.ts: what an erased customer does afterwards',
      'erase.test.ts: what was stored before anybody could know',
      'erase.test.ts: a job that runs meanwhile is taken',
      'erase.test.ts: what was put aside about the customer',
      'erase.test.ts: an item that cannot be stored is not put aside',
    ],
    ways: ['database'],
    why: 'What follows an erased customer is found and removed in the commit that learns of it, dozens of statements that may not be parted: of a tenth cut next to none get through.',
  },
  {
    tests: [
      'integration/concurrency.test.ts: a message delivered to two workers',
      'faults/cancel.test.ts: a job that waits for its provider is stopped',
    ],
    ways: ['database', 'queue'],
    why: 'Names the fence and counts messages; a claim or a message whose answer is lost is made again.',
  },
  {
    tests: [
      'integration/outcomes.test.ts: a jobId of another tenant',
      'integration/outcomes.test.ts: of ten messages in one event',
      'faults/messages.test.ts: ten messages of which none can be read',
    ],
    ways: ['queue'],
    why: 'Counts what is put aside; a message whose answer is lost is put aside again.',
  },
  {
    tests: ['faults/write.test.ts: a statement that takes too long'],
    ways: ['database'],
    why: 'Makes one commit of two dozen statements, of which one in twenty that is cut uses up the tries the first delivery has.',
  },
  {
    tests: ['faults/database.test.ts'],
    ways: ['provider', 'database', 'queue'],
    why: 'Each breaks the database itself at one place, as long as the worker’s patience, which random cuts would use up.',
  },
]

/** The calls to be left alone in a test. */
export function sparedIn(file: string, title: string): readonly Way[] {
  return spared.flatMap(({ tests, ways }) => (tests.some((one) => isMeant(one, file, title)) ? ways : []))
}

function isMeant(one: string, file: string, title: string): boolean {
  const [path, ...rest] = one.split(': ')
  return path === file && title.includes(rest.join(': '))
}
