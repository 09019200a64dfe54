import type { HttpAnswer } from '../server/answer.ts'
import type { AdmittedRequest, Api } from '../server/request-listener.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'
import type { Merchant } from './merchant.ts'

/** One call of the API, as the specification names it. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  /** With `{id}` where an id is. */
  readonly path: string
  /** The scope that a token must have; undefined for the call that an app makes with its secret. */
  readonly scope: string | undefined
  readonly isList: boolean
  answer(request: PayPalRequest, id: string): HttpAnswer
}

export interface Route {
  readonly kind: 'list' | 'object' | 'unknown'
  /** The method and the path with `{id}`. */
  readonly endpoint: string
  readonly operation?: Operation
  readonly id: string
}

export type PayPalApi = Api<Route, Caller, Failure>
/** A request to PayPal's API that was authenticated and admitted by the limiter, and whose data it reads. */
export type PayPalRequest = AdmittedRequest<Route, Caller, Failure> & { readonly merchant: Merchant }
