import { openSandbox } from '../../../src/sandbox/stripe/index.ts'

/** Stripe in a process of its own: `stripe-server.ts CUSTOMERS`. Each answer comes after 50 ms, and no rate is refused. */
const customers = Number(process.argv[2])
const sandbox = await openSandbox({ customers, limits: 'none', latencyMs: 50 })
process.send?.(sandbox.url)
process.on('disconnect', () => process.exit())
