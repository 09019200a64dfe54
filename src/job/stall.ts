import { SyncError } from '../errors.ts'
import { identifyName } from '../sync/rate-limited.ts'
import type { Delivery, Session } from './session.ts'
import type { Wait } from './waits.ts'

/** Deliveries in a row without a commit after which a job fails, by how they ended. */
const stallLimits = { paused: 3, died: 10 } as const

/** @throws SyncError `stalled` if the workers of too many deliveries died */
export function refuseDying({ job }: Session): void {
  if (job.stalled > stallLimits.died) throw stalled(job.stalled, 'Their workers died. Give the function more memory')
}

/** What a job waits for when its delivery is out of time; null for nothing. @throws SyncError `stalled` after too many such deliveries */
export function waitOrStall(session: Session, delivery: Delivery): Wait | null {
  const { waits, counts, job } = session
  const wait = waits.longest() ?? silence(session, delivery)
  if (counts.commits === 0 && job.stalled >= stallLimits.paused)
    throw stalled(job.stalled, `The last took ${seconds(delivery)} s and ${whileStalled(session, wait)}`)
  return wait
}

const seconds = ({ remainingMs }: Delivery) => Math.round(remainingMs / 1_000)

/** A delivery without a commit waits for the endpoints that have not answered it; null if all have. */
function silence({ request, counts, waits, claimedAt }: Session, delivery: Delivery): Wait | null {
  const [endpoint] = waits.unanswered()
  if (counts.commits > 0 || endpoint === undefined) return null
  const message = `${request.providerName}: the request for "${endpoint}" had no answer when the delivery of ${seconds(delivery)} s ended. If it goes on, check the network of the worker.`
  return { waitingFor: { code: 'provider_unreachable', message }, since: claimedAt }
}

/** What a delivery without a commit did. */
function whileStalled({ waits }: Session, wait: Wait | null): string {
  const advice = 'Give the function more time, or find out why the provider does not answer'
  const isReading = !waits.isWaiting() && !waits.unanswered().includes(identifyName)
  if (!wait || isReading) return `asked for a single item at a time. ${advice}`
  return `waited. ${wait.waitingFor.message} ${advice}`
}

function stalled(deliveries: number, why: string): SyncError {
  const message = `job: ${deliveries} deliveries in a row ended without a commit. ${why}, then send the same jobId again.`
  return new SyncError('reject', 'stalled', message)
}
