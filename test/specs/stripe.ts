import { unexpected } from './exceptions.ts'
import { readSpecification, type Specification } from './open-api.ts'

let specification: Specification | undefined
const stripe = () => (specification ??= readSpecification(new URL('./stripe/spec3.json.gz', import.meta.url)))

/** What in a request to Stripe is not as its specification says, a sentence each. Unknown parameters are among it. */
export function checkStripeRequest(method: string, path: string, query: URLSearchParams): readonly string[] {
  return unexpected('stripe', stripe().request(method, path, query, undefined))
}

/** The same of an answer to a request that was accepted. */
export function checkStripeAnswer(method: string, path: string, body: string): readonly string[] {
  return unexpected('stripe', stripe().answer(method, path, body))
}
