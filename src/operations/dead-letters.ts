import type { DeadLetter, Intake } from '../queue/queue.ts'
import { isRedacted } from '../queue/redact.ts'

/** A dead letter, with its job and tenant if the copy names them. */
export interface Letter extends Pick<DeadLetter, 'messageId' | 'code' | 'reason'> {
  readonly jobId: string | null
  readonly tenantId: string | null
  /** Its secrets were taken out. It is not sent back: its sender sends the job again. */
  readonly isRedacted: boolean
}

export function describeLetter({ messageId, code, reason, body }: DeadLetter): Letter {
  const ids = { jobId: idIn(body, 'job'), tenantId: idIn(body, 'tenant') }
  return { messageId, code, reason, ...ids, isRedacted: isRedacted(body) }
}

/** The ids of a request in any spelling. A copy of a body that is not JSON has them in its description. */
function idIn(body: string, kind: 'job' | 'tenant'): string | null {
  const pattern = new RegExp(`\\b${kind}_?id\\b[^0-9a-z]{1,12}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`, 'i')
  return pattern.exec(body)?.[1]?.toLowerCase() ?? null
}

/** Sends dead letters back, and describes those that stay. */
export async function redriveLetters(
  queue: Pick<Intake, 'redrive'>,
  most: number,
): Promise<{ readonly sent: number; readonly left: readonly Letter[] }> {
  const { sent, left } = await queue.redrive(most)
  return { sent, left: left.map(describeLetter) }
}
