import type { HttpAnswer } from '../server/answer.ts'
import { failureAnswer } from './answer.ts'
import type { PayPalRequest } from './api.ts'
import type { Merchant } from './merchant.ts'
import { notAuthorized, notFound, Refusal, unauthorized } from './refusal.ts'

/** Answers from the data, or as a failure says; throws a refusal. */
export function createEndpoints(
  merchantOf: (id: string) => Merchant,
): (request: Omit<PayPalRequest, 'merchant'>) => HttpAnswer {
  return (request) => {
    const { operation, id } = request.route
    const failed = request.failure && failureAnswer(request.failure)
    if (failed instanceof Refusal) throw failed
    if (failed) return failed
    if (!operation) throw notFound()
    const { merchant, scopes } = request.caller
    if (operation.scope !== undefined) {
      // A secret is good for a token only.
      if (scopes === undefined) throw unauthorized()
      if (!scopes.includes(operation.scope)) throw notAuthorized()
    }
    return operation.answer({ ...request, merchant: merchantOf(merchant) }, id)
  }
}
