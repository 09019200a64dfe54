import type { HttpAnswer } from '../server/answer.ts'
import type { AdmittedRequest, Api } from '../server/request-listener.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'
import type { Scope } from './scopes.ts'

/** One call of the API, as the specification names it. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  /** With `{id}` where an id is. */
  readonly path: string
  /** The scope that a token must have; undefined if any token will do. */
  readonly scope: Scope | undefined
  readonly isList: boolean
  answer(request: SquareRequest, id: string): HttpAnswer
}

export interface Route {
  readonly kind: 'list' | 'object' | 'unknown'
  /** The method and the path with `{id}`. */
  readonly endpoint: string
  readonly operation?: Operation
  readonly id: string
}

export type SquareApi = Api<Route, Caller, Failure>
/** A request to Square's API that was authenticated and admitted by the limiter. */
export type SquareRequest = AdmittedRequest<Route, Caller, Failure>
