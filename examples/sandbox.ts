/*
 * The sandbox of Stripe as a process of its own, which examples/compose.yaml runs beside each worker:
 *   node --import tsx examples/sandbox.ts --port 12111 --customers 20000 --latency 100
 * It listens on loopback. Each start with the same numbers has the same objects.
 */
import { parseArgs } from 'node:util'
import { openSandbox } from '../src/sandbox/stripe/index.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '12111' },
    customers: { type: 'string', default: '20000' },
    latency: { type: 'string', default: '100' },
  },
})

const sandbox = await openSandbox({
  port: Number(values.port),
  customers: Number(values.customers),
  latencyMs: Number(values.latency),
  populatedUntil: Date.UTC(2026, 10, 1) / 1_000,
})
console.log(`sandbox at ${sandbox.url}`)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
