import { unexpected } from './exceptions.ts'
import { readSpecification, type Specification } from './open-api.ts'

let specification: Specification | undefined
const square = () => (specification ??= readSpecification(new URL('./square/api.json.gz', import.meta.url)))

/** What in a request to Square is not as its specification says, a sentence each. Unknown fields are among it. */
export function checkRequest(
  method: string,
  path: string,
  query: URLSearchParams | Readonly<Record<string, string>> = {},
  body?: string,
): readonly string[] {
  return unexpected(
    'square',
    square().request(method, path, new URLSearchParams(query as Record<string, string>), body),
  )
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: string
}

/** The same of all requests that a sandbox has seen: `checkRequests(sandbox.requests)`. */
export const checkRequests = (requests: readonly Sent[]): readonly string[] =>
  requests.flatMap(({ method, path, query, body }) => checkRequest(method, path, query, body))

/** The same of an answer, whatever its status: an error has the field `errors` of every answer. */
export function checkAnswer(method: string, path: string, body: string): readonly string[] {
  return unexpected('square', square().answer(method, path, body))
}
