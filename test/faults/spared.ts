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
export const spared: readonly Spared[] = []

/** The calls to be left alone in a test. */
export function sparedIn(file: string, title: string): readonly Way[] {
  return spared.flatMap(({ tests, ways }) => (tests.some((one) => isMeant(one, file, title)) ? ways : []))
}

function isMeant(one: string, file: string, title: string): boolean {
  const [path, ...rest] = one.split(': ')
  return path === file && title.includes(rest.join(': '))
}
