import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFaultServer } from '../fault-server.ts'
import { transportScenarios } from './index.ts'
import { openTransport, type Transport } from './transport.ts'
import type { TransportName } from './transport-name.ts'

const seed = Number(process.env.FAULTS_SEED ?? 1)

/** Registers the smallest share of these scenarios on a transport. Most of their time they wait, so they run side by side. */
export function exerciseTransport(name: TransportName, names: readonly string[]): void {
  const chosen = transportScenarios.filter((scenario) => names.includes(scenario.name))
  describe.concurrent(`faults on ${name}`, () => {
    let transport: Transport
    beforeAll(async () => {
      ;[transport] = await Promise.all([openTransport[name](), openFaultServer()])
    }, 300_000)
    afterAll(() => transport?.close())

    test.each(chosen)(
      '$name: $claim',
      async ({ run, rounds }) => {
        const seen = await run({ transport, seed, rounds: rounds.test, say: () => {} })
        expect({ seed, problems: seen.problems }).toEqual({ seed, problems: [] })
        expect(seen.rounds).toBeGreaterThan(0)
      },
      300_000,
    )
  })
}
