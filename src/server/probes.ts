import type { Pulse } from '../queue/pulse.ts'
import type { Answer, Route } from './route.ts'

/** One thing that a worker needs. @returns a sentence if it is missing, null if it is there */
export type Need = () => Promise<string | null>

export interface Probed {
  readonly pulse: Pick<Pulse, 'stuck' | 'queue' | 'failureCode'>
  /** What is missing of the database, in words. */
  readonly database: Need
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal
}

/**
 * `/livez` fails if the receiver is stuck, so that the process is to be started again. `/readyz` fails while something is
 * missing, and says what: a restart would not help then.
 */
export function probeRoutes({ pulse, database, shutdown }: Probed): readonly Route[] {
  return [
    {
      path: '/livez',
      answer() {
        const stuck = pulse.stuck()
        return stuck === null ? good('The receiver moves.') : bad([`receiver: ${stuck}.`])
      },
    },
    {
      path: '/readyz',
      async answer() {
        if (shutdown.aborted) return bad(['worker: it was asked to stop, and receives no more messages.'])
        const missing = [await database(), missingQueue(pulse)].filter((sentence) => sentence !== null)
        return missing.length === 0 ? good('The worker receives messages.') : bad(missing)
      },
    },
  ]
}

function missingQueue({ queue, failureCode = 'no code' }: Probed['pulse']): string | null {
  switch (queue) {
    case 'here':
      return null
    case 'new':
      return 'queue: the worker is not connected yet. Check Queue.Url if this lasts.'
    case 'away':
      return `queue: it does not answer (${failureCode}). Check the server of Queue.Url. The log has the reason.`
  }
}

const good = (sentence: string): Answer => ({ status: 200, body: `${sentence}\n` })
const bad = (sentences: readonly string[]): Answer => ({ status: 503, body: `${sentences.join('\n')}\n` })
