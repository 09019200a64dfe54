import { errorCodes } from '../error-codes/error-codes.ts'
import type { Retried } from '../error-codes/explanation.ts'

/** What docs/errors.md says of a code, as text for a terminal. */
export interface Advice {
  readonly happened: string
  readonly do: string
  readonly retried: Retried
}

/** Null for a code that this version does not know. */
export function adviceFor(code: string): Advice | null {
  const entry = Object.entries(errorCodes).find(([name]) => name === code)
  if (!entry) return null
  const [, { happened, do: action, retried }] = entry
  return { happened: plain(happened), do: plain(action), retried }
}

/** Links name their page, and code has no marks: [logins](operations.md#logins) → logins (docs/operations.md#logins). */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, text: string, target: string) =>
      target.includes('://') ? `${text} (${target})` : `${text} (docs/${target})`,
    )
    .replaceAll('`', '')
}
