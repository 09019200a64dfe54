import type { AdmittedRequest, Api } from '../server/request-listener.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'
import type { Route } from './route.ts'

export type StripeApi = Api<Route, Caller, Failure>
/** A request to Stripe's API that was authenticated and admitted by the limiter. */
export type StripeRequest = AdmittedRequest<Route, Caller, Failure>
