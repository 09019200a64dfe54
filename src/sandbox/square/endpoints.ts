import type { HttpAnswer } from '../server/answer.ts'
import { failureAnswer } from './answer.ts'
import type { SquareRequest } from './api.ts'
import { insufficientScopes, unknownResource } from './refusal.ts'

/** Answers from the data, or as a failure says; throws a refusal. `scopes` are those of every token. */
export function createEndpoints(scopes: readonly string[]): (request: SquareRequest) => HttpAnswer {
  return (request) => {
    const { operation, id } = request.route
    const failed = request.failure && failureAnswer(request.failure, operation?.scope ?? '')
    if (failed) return failed
    if (!operation) throw unknownResource()
    if (operation.scope !== undefined && !scopes.includes(operation.scope)) throw insufficientScopes(operation.scope)
    return operation.answer(request, id)
  }
}
