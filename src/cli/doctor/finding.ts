import * as z from 'zod'
import { SyncError } from '../../errors.ts'
import { adviceFor } from '../advice.ts'
import { describeProblem } from '../problem.ts'

/** A line of the doctor, and what `doctor --json` writes. docs/commands.md explains each key. */
export const finding = z.object({
  about: z.enum(['settings', 'database', 'queue', 'events', 'schedules', 'erasures', 'secrets', 'provider']),
  status: z.enum(['ok', 'warn', 'fail']),
  message: z.string(),
  /** What to do; null if nothing is to be done. */
  do: z.string().nullable(),
})

export type Finding = z.infer<typeof finding>
export type About = Finding['about']

/** The findings about one subject. */
export function findingsAbout(about: About) {
  const findingOf = (status: Finding['status'], message: string, action: string | null): Finding => ({
    about,
    status,
    message,
    do: action,
  })
  return {
    ok: (message: string) => findingOf('ok', message, null),
    warn: (message: string, action: string) => findingOf('warn', message, action),
    fail: (message: string, action: string) => findingOf('fail', message, action),
    /** A thrown error, with what docs/errors.md says about its code. */
    thrown(error: unknown, status: 'warn' | 'fail' = 'fail'): Finding {
      const advice = error instanceof SyncError ? adviceFor(error.code) : null
      return findingOf(
        status,
        describeProblem(error),
        advice?.do ?? 'Mend what the sentence names, and run the doctor again.',
      )
    },
  }
}
