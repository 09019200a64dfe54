import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { AccountCommand, AccountSeen } from './server/account-protocol.ts'

/** The sandbox of Stripe in a process of its own: an account whose lists fit together, with the provider's own limits. */
export interface AccountServer {
  readonly url: string
  /** Changes so many objects, each with an event, and lets a minute pass. */
  change(objects: number): Promise<void>
  /** What it was asked since the last call. */
  seen(): Promise<AccountSeen>
  close(): void
}

export async function openAccountServer(customers: number, latencyMs: number): Promise<AccountServer> {
  const program = new URL('./scale/account-process.ts', import.meta.url)
  const child = fork(program, [String(customers), String(latencyMs)], { execArgv: ['--import', 'tsx'] })
  const answer = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`account server: ended with ${code}`)
      }),
    ])
    return message
  }
  const ask = async (command: AccountCommand) => {
    child.send(command)
    return answer()
  }
  const { url } = (await answer()) as { url: string }
  return {
    url,
    change: async (objects) => void (await ask({ change: objects })),
    seen: async () => (await ask('seen')) as AccountSeen,
    close: () => void child.kill(),
  }
}
