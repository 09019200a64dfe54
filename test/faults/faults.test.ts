import { afterAll, expect, test } from 'vitest'
import { closeFaultServer } from './fault-server.ts'
import { scenarios } from './scenarios/index.ts'

/* Each scenario's smallest share. `npm run faults` runs larger ones, prints what it sees and replays a seed. */

afterAll(closeFaultServer)

const seed = Number(process.env.FAULTS_SEED ?? 1)

test.each(scenarios.filter(({ rounds }) => rounds.test > 0))(
  '$name: $claim',
  async ({ run, rounds }) => {
    const seen = await run({ provider: 'stripe', seed, rounds: rounds.test, say: () => {} })
    expect({ seed, problems: seen.problems }).toEqual({ seed, problems: [] })
    expect(seen.rounds).toBeGreaterThan(0)
  },
  300_000,
)
