import { type Fields, fields as fieldsOf } from '../../json/value.ts'
import { expressionIn, settingIn, withTokenFields } from './expressions.ts'
import { Untranslated } from './list.ts'
import { textAt, within } from './references.ts'

/** What the requests of a manifest have in common. */
export interface Common {
  readonly baseUrl: string
  readonly auth: Fields
  readonly headers: Readonly<Record<string, string>>
  /** What was not translated. */
  readonly left: readonly string[]
}

export function common(requester: unknown): Common {
  const address = withTokenFields(textAt(requester, 'url_base') ?? textAt(requester, 'url') ?? '')
  if (address === undefined) throw new Untranslated('the address of the API is computed')
  const { auth, left } = signature(within(requester, 'authenticator'))
  const headers: Record<string, string> = {}
  const leftHeaders: string[] = []
  for (const [name, value] of Object.entries(fieldsOf(within(requester, 'request_headers')))) {
    if (/^(?:content-type|user-agent|authorization)$/i.test(name)) continue
    const text = withTokenFields(String(value))
    if (text === undefined) leftHeaders.push(`the header ${name}`)
    else headers[name] = text
  }
  return { baseUrl: address.trim().replace(/\/+$/, ''), auth, headers, left: [...left, ...leftHeaders] }
}

interface Signature {
  readonly auth: Fields
  readonly left: readonly string[]
}

function signature(authenticator: unknown): Signature {
  const { type, authenticators } = fieldsOf(authenticator)
  const token = (text: string | undefined) => {
    const setting = settingIn(expressionIn(text))
    return setting === undefined ? undefined : `{accessToken.${setting}}`
  }
  switch (type) {
    case 'BearerAuthenticator': {
      const value = token(textAt(authenticator, 'api_token'))
      return value === undefined
        ? unsigned('its token is computed')
        : { auth: { type: 'bearer', token: value }, left: [] }
    }
    case 'BasicHttpAuthenticator': {
      const username = token(textAt(authenticator, 'username'))
      const password = token(textAt(authenticator, 'password'))
      if (username === undefined && password === undefined) return unsigned('its user is computed')
      return {
        auth: { type: 'basic', username: username ?? '', ...(password !== undefined && { password }) },
        left: [],
      }
    }
    case 'ApiKeyAuthenticator': {
      const name = textAt(authenticator, 'header') ?? textAt(authenticator, 'inject_into', 'field_name')
      const value = token(textAt(authenticator, 'api_token'))
      const place = textAt(authenticator, 'inject_into', 'inject_into') ?? 'header'
      if (name === undefined || value === undefined || place !== 'header') return unsigned('its key is not in a header')
      return { auth: { type: 'header', name, value }, left: [] }
    }
    case 'OAuthAuthenticator':
    case 'CustomAuthenticator':
      return clientSignature(authenticator, token)
    case 'SelectiveAuthenticator': {
      const all = Object.values(fieldsOf(authenticators)).map(signature)
      return all.find(({ left }) => left.length === 0) ?? all[0] ?? unsigned('it has none')
    }
    default:
      return unsigned(`it is ${String(type ?? 'none')}`)
  }
}

/** Tokens for a client's id and secret. A refresh token may be good once, so that the worker uses none. */
function clientSignature(authenticator: unknown, token: (text: string | undefined) => string | undefined): Signature {
  const { type, grant_type: grant } = fieldsOf(authenticator)
  const address = withTokenFields(textAt(authenticator, 'token_refresh_endpoint') ?? '')
  const clientId = token(textAt(authenticator, 'client_id'))
  const clientSecret = token(textAt(authenticator, 'client_secret'))
  if (grant !== 'client_credentials') return unsigned(`it is ${String(type)}`)
  if (!address || clientId === undefined || clientSecret === undefined)
    return unsigned('the request for its token is computed')
  const [where, expires] = [textAt(authenticator, 'access_token_name'), textAt(authenticator, 'expires_in_name')]
  const isCode = type === 'CustomAuthenticator'
  const auth = {
    type: 'clientCredentials',
    url: address.trim(),
    clientId,
    clientSecret,
    credentialsIn: isCode ? 'header' : 'form',
    ...scopeOf(authenticator),
    ...(where !== undefined && where !== 'access_token' && { token: `/${where}` }),
    ...(expires !== undefined && expires !== 'expires_in' && { expiresIn: `/${expires}` }),
  }
  const left = 'the code of its authentication: the manifest sends id and secret as basic authentication'
  return { auth, left: isCode ? [left] : [] }
}

function scopeOf(authenticator: unknown): Fields {
  const scopes = within(authenticator, 'scopes')
  return Array.isArray(scopes) && scopes.length > 0 ? { parameters: { scope: scopes.join(' ') } } : {}
}

const unsigned = (why: string): Signature => ({
  auth: { type: 'bearer', token: '{accessToken.token}' },
  left: [`the authentication (${why}): the manifest sends a bearer token, which you fetch yourself`],
})

/** Rules for refusals, and what was not translated. */
export function errorRules(requester: unknown): {
  readonly rules: readonly Fields[]
  readonly left: readonly string[]
} {
  const rules: Fields[] = []
  const left: string[] = []
  for (const filter of responseFilters(within(requester, 'error_handler'))) {
    const { action, http_codes: statuses, predicate, error_message_contains: contains } = filter
    const codes = (Array.isArray(statuses) ? statuses : [])
      .map(Number)
      .filter((status) => status >= 400 && status < 600)
    const [, field, value] = /response\[['"](\w+)['"]\]\s*==\s*['"](\w+)['"]/.exec(String(predicate ?? '')) ?? []
    if (contains !== undefined || (predicate !== undefined && field === undefined)) {
      left.push(`a rule for an error that is told by its text: ${String(contains ?? predicate).slice(0, 80)}`)
      continue
    }
    const status = codes.length > 0 ? codes : [400, 403, 404, 422]
    const code = codeOf(String(action), status)
    if (code === undefined) continue
    rules.push({ status, ...(field !== undefined && { at: `/${field}`, is: [value] }), code })
  }
  return { rules, left }
}

/** A rule that says what a status means anyway is left out. */
function codeOf(action: string, statuses: readonly number[]): string | undefined {
  if (action === 'IGNORE') return statuses.every((status) => status === 404) ? undefined : 'not_available'
  if (action === 'RETRY')
    return statuses.every((status) => status === 429 || status >= 500) ? undefined : 'provider_busy'
  if (action === 'RATE_LIMITED') return 'rate_limited'
  return undefined
}

function responseFilters(handler: unknown): readonly Fields[] {
  const { error_handlers: handlers, response_filters: filters } = fieldsOf(handler)
  return [
    ...(Array.isArray(filters) ? filters.map(fieldsOf) : []),
    ...(Array.isArray(handlers) ? handlers.flatMap(responseFilters) : []),
  ]
}
