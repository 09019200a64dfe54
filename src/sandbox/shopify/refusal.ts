/** An answer of Shopify that is no GraphQL answer. Thrown where it is noticed; the server answers with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: unknown
  /** Besides the headers of every answer. An empty header removes one of those. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** The statuses and their texts: https://shopify.dev/docs/api/usage/response-codes */
export const unauthorized = () =>
  new Refusal(401, { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' })

export const notFound = () => new Refusal(404, { errors: 'Not Found' })

export const badBody = () => new Refusal(400, { errors: { query: 'Required parameter missing or invalid' } })

export const tooManyRequests = (retryAfter = 2) =>
  new Refusal(429, { errors: 'Too Many Requests. A throttle has been applied.' }, { 'Retry-After': String(retryAfter) })

const shopStates = {
  frozen: [402, 'Unavailable Shop'],
  forbidden: [403, 'Forbidden'],
  'security-rejection': [430, 'Shopify Security Rejection'],
  locked: [423, 'This shop is unavailable'],
} as const

export type ShopState = keyof typeof shopStates

export function unavailableShop(state: ShopState): Refusal {
  const [status, errors] = shopStates[state]
  return new Refusal(status, { errors })
}

export const internalError = (message = 'Internal Server Error') => new Refusal(500, { errors: message })
