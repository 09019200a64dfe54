import type { Scenario, Share } from './scenario.ts'
import { type ProviderName, providers } from './worlds/world.ts'

export interface PlannedRun {
  readonly scenario: Scenario
  readonly provider: ProviderName
  readonly rounds: number
}

interface Wishes {
  readonly scenarios: readonly Scenario[]
  /** Undefined: Stripe; in the share `ci` each other provider besides, with the two scenarios below and another one by turns. */
  readonly providers: readonly ProviderName[] | undefined
  readonly share: Share
  /** So many rounds instead of the share's. */
  readonly runs: number | undefined
  readonly seed: number
}

/** What each provider meets in every run of CI: the fault that is likeliest, and all of them at once. */
const always = ['kill', 'chaos']

/** The runs of a command line, provider after provider. Those of no rounds are left out. */
export function planRuns({ scenarios, providers: wished, share, runs, seed }: Wishes): readonly PlannedRun[] {
  const named = wished ?? (share === 'ci' ? providers : (['stripe'] as const))
  return named.flatMap((provider) => {
    const all = scenarios.filter((scenario) => roundsOf(scenario, provider) !== undefined)
    const chosen = wished === undefined && provider !== 'stripe' ? byTurns(all, provider, seed) : all
    return chosen
      .map((scenario) => ({ scenario, provider, rounds: runs ?? roundsOf(scenario, provider)?.[share] ?? 0 }))
      .filter(({ rounds }) => rounds > 0)
  })
}

const roundsOf = ({ rounds, elsewhere }: Scenario, provider: ProviderName) =>
  provider === 'stripe' ? rounds : elsewhere

/** Another one with each seed, and another one on each provider. */
function byTurns(all: readonly Scenario[], provider: ProviderName, seed: number): readonly Scenario[] {
  const others = all.filter(({ name }) => !always.includes(name))
  const turn = others[(seed + providers.indexOf(provider)) % others.length]
  return all.filter((scenario) => always.includes(scenario.name) || scenario === turn)
}
