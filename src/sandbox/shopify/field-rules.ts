import { createFailureRules, type FailureRules } from '../server/failure-rules.ts'
import type { Random } from '../server/random.ts'
import type { Failure, FailureRule } from './failure.ts'
import { readQuery } from './query.ts'

export interface FieldRules extends FailureRules<Failure> {
  add(rule: FailureRule): () => void
}

/** Failure rules that can be for the queries with one field. */
export function createFieldRules(random: Random): FieldRules {
  const rules = createFailureRules<Failure>(random)
  return {
    add: ({ field, ...rule }: FailureRule) =>
      rules.add(field === undefined ? rule : { ...rule, path: new RegExp(` ${field}(?= |$)`) }),
    next(request) {
      const words = readQuery(request.body ?? '')?.query.match(/\w+/g) ?? []
      return rules.next({ ...request, url: `${request.url} ${words.join(' ')}` })
    },
  }
}
