import type { Envelope } from '../../local/envelopes.ts'
import type { LiveAccount } from '../../local/live-account.ts'
import type { Ledger } from './ledger.ts'
import type { LiveParts } from './parts.ts'

interface SendOptions {
  /** They take turns. */
  readonly envelopes: readonly Envelope[]
  readonly ledger: Pick<Ledger, 'sent' | 'refused'>
  readonly send: LiveParts['send']
}

/** Sends each event of the account from now on. */
export function sendEvents(live: LiveAccount, { envelopes, ledger, send }: SendOptions) {
  const sending = new Set<Promise<void>>()
  let turn = 0
  const forget = live.onEvent((event) => {
    const envelope = envelopes[turn++ % envelopes.length] ?? 'webhook'
    ledger.sent(event.id, event.type)
    const sent = send(event, envelope).catch((error) =>
      ledger.refused(event.id, error instanceof Error ? error.message : String(error)),
    )
    sending.add(sent)
    void sent.finally(() => sending.delete(sent))
  })
  return {
    /** Resolves when all are sent. */
    async end(): Promise<void> {
      forget()
      await Promise.all(sending)
    },
  }
}
