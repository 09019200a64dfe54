import type { Scope, SyncError, Verdict } from '../../../errors.ts'
import type { Kit } from '../kit.ts'
import type { Connection } from './connection.ts'
import { valueAt } from './pointer.ts'
import { matches, Refusal } from './refusal.ts'
import type { ErrorRule, Manifest } from './schema.ts'

type Code = ErrorRule['code']

interface Meaning {
  readonly verdict: Verdict
  readonly scope: Scope
  readonly what: string
  readonly advice: string
}

/** What each code means unless a rule says otherwise. */
const meanings: Readonly<Record<Code, Meaning>> = {
  key_not_accepted: {
    verdict: 'reject',
    scope: 'account',
    what: 'is not accepted',
    advice: 'Put a valid token there, then send a new jobId.',
  },
  permission_denied: {
    verdict: 'reject',
    scope: 'resource',
    what: 'may not read this',
    advice: 'Give the token the permission, or leave the resource out of additionalData.resources.',
  },
  not_available: {
    verdict: 'reject',
    scope: 'resource',
    what: 'the account does not have this list',
    advice: 'Leave the resource out of additionalData.resources.',
  },
  not_found: {
    verdict: 'reject',
    scope: 'object',
    what: 'the object does not exist',
    advice: 'If it should, check the account of the token and the path in the manifest.',
  },
  cursor_gone: {
    verdict: 'reject',
    scope: 'page',
    what: 'the cursor of a page is over',
    advice: 'The worker reads that part again.',
  },
  rate_limited: {
    verdict: 'retry',
    scope: 'account',
    what: 'too many requests',
    advice: 'If it goes on, lower limits.requestsPerSecond in the manifest.',
  },
  provider_busy: {
    verdict: 'retry',
    scope: 'object',
    what: 'the API asked to try again',
    advice: 'If it goes on, look for another program that works on the object.',
  },
  provider_unavailable: {
    verdict: 'retry',
    scope: 'provider',
    what: 'the API failed',
    advice: 'If it goes on, look at the status page of the API.',
  },
  provider_refused: {
    verdict: 'reject',
    scope: 'resource',
    what: 'the API refused the request',
    advice: 'Look the refusal up in the documentation of the API, and add a rule to errors of the manifest.',
  },
}

const ofToken: ReadonlySet<Code> = new Set(['key_not_accepted', 'permission_denied'])

/** Reads a refusal by its status and the manifest's rules, never by its sentence. */
export function failure(
  error: unknown,
  connection: Connection,
  { manifest, kit }: { manifest: Manifest; kit: Kit },
): SyncError {
  const { SyncError, http, joinSentences } = kit
  if (error instanceof SyncError) return error
  const { name, errors } = manifest
  if (!(error instanceof Refusal)) {
    const cause = http.causeCode(error)
    const shown = typeof cause === 'string' && /^[A-Z_]{2,40}$/.test(cause) ? ` (${cause})` : ''
    return new SyncError(
      'retry',
      'provider_unreachable',
      `${name}: ${http.unanswered(error)}${shown}. If it goes on, check the network of the worker, and baseUrl and auth.url of the manifest.`,
      { scope: 'provider', cause: error },
    )
  }
  const { status, headers, body } = error
  const rule = errors.rules.find((candidate) => matches(candidate, status, body))
  const code = rule?.code ?? usualCode(status, kit.isProviderFault)
  const meaning = meanings[code]
  const what = ofToken.has(code) ? `${connection.tokenName} ${meaning.what}` : meaning.what
  const sentence = errors.message === undefined ? null : connection.quote(valueAt(body, errors.message))
  const quoted = sentence === null ? null : `The API says: "${sentence}"`
  const message = joinSentences([`${name}: ${what} (${status})`, quoted, rule?.advice ?? meaning.advice])
  const verdict = rule?.verdict ?? meaning.verdict
  const retryAfter = http.retryAfterMs(headers)
  return new SyncError(verdict, code, message, {
    scope: rule?.scope ?? meaning.scope,
    ...(code === 'rate_limited' && { limit: { scope: 'account', kind: 'rate' } as const }),
    ...(verdict === 'retry' && retryAfter !== undefined && { retryAfter }),
  })
}

function usualCode(status: number, isProviderFault: Kit['isProviderFault']): Code {
  if (status === 401) return 'key_not_accepted'
  if (status === 403) return 'permission_denied'
  if (status === 404 || status === 410) return 'not_found'
  if (status === 409 || status === 423 || status === 425) return 'provider_busy'
  if (status === 429) return 'rate_limited'
  return isProviderFault(status) ? 'provider_unavailable' : 'provider_refused'
}
