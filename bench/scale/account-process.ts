import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import type { AccountCommand, AccountSeen } from '../server/account-protocol.ts'

const [customers, latencyMs] = process.argv.slice(2).map(Number)
/** The provider's clock may be behind, and not ahead: events need time of their own to happen in. */
const behindSeconds = 7_200
const populatedUntil = Math.floor(Date.now() / 1_000) - behindSeconds - 60
const sandbox = await openSandbox({
  customers: customers ?? 0,
  latencyMs: latencyMs ?? 0,
  olderEvents: 0,
  populatedUntil,
})
sandbox.advance(-behindSeconds)
let before = sandbox.stats()

function seen(): AccountSeen {
  const now = sandbox.stats()
  const endpoints = Object.fromEntries(
    Object.entries(now.perEndpoint).flatMap(([name, { requests }]) => {
      const more = requests - (before.perEndpoint[name]?.requests ?? 0)
      return more > 0 ? [[name, more]] : []
    }),
  )
  const answer = {
    requests: now.requests - before.requests,
    endpoints,
    limited: now.rateLimited - before.rateLimited,
  }
  before = now
  return answer
}

function change(objects: number): void {
  const all = sandbox.expected('customers')
  sandbox.advance(60)
  for (const { id } of all.slice(0, objects)) {
    sandbox.advance(1)
    sandbox.update('customers', id, { description: 'changed' })
  }
  sandbox.advance(60)
}

process.on('message', (command: AccountCommand) => {
  if (command === 'seen') return process.send?.(seen())
  change(command.change)
  return process.send?.('changed')
})
process.on('disconnect', () => process.exit())
process.send?.({ url: sandbox.url })
