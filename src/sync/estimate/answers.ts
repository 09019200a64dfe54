import type { Clock } from '../../clock.ts'
import type { ListSource } from '../../provider/contract.ts'

/** What the answers to an estimate's requests took. The fields change. */
export interface Answers {
  /** Of the fastest, in milliseconds: the others may have waited for a limit. */
  fastest: number
  count: number
  points: number
  pointsPerSecond: number
}

export const newAnswers = (): Answers => ({
  fastest: Number.POSITIVE_INFINITY,
  count: 0,
  points: 0,
  pointsPerSecond: 0,
})

/** A source whose answers are measured. */
export function timedSource(source: ListSource, clock: Clock, answers: Answers): ListSource {
  return {
    ...source,
    async list(query, signal) {
      const began = clock.now()
      const page = await source.list(query, signal)
      answers.fastest = Math.min(answers.fastest, clock.now() - began)
      answers.count++
      if (page.allowance) {
        answers.points += page.allowance.actual
        answers.pointsPerSecond = page.allowance.perSecond
      }
      return page
    },
  }
}
