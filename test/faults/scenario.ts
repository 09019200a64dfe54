import type { ProviderName } from './worlds/world.ts'

/** A fault, or a family of faults, made to happen; and what was seen. One file a scenario, under `scenarios/`. */
export interface Scenario {
  /** The word on the command line and in the table: `kill`. */
  readonly name: string
  /** Which rows of the fault matrix it makes happen: `F01`. */
  readonly faults: readonly string[]
  /** What is done, in a sentence. */
  readonly about: string
  /** What must be seen, in words and figures. */
  readonly claim: string
  /** Rounds on Stripe by how much time there is: in `npm test`, in `.ci/run`, for the record. */
  readonly rounds: Readonly<Record<Share, number>>
  /** Rounds on each other provider. Absent: the scenario runs on Stripe alone. */
  readonly elsewhere?: Readonly<Record<Share, number>>
  run(run: Run): Promise<Seen>
}

/** `test`: seconds; `ci`: up to a minute or two; `full`: the figures that docs/reliability.md shows. */
export const shares = ['test', 'ci', 'full'] as const
export type Share = (typeof shares)[number]

/** One run of a scenario. The same seed and rounds make the same faults happen. */
export interface Run {
  readonly provider: ProviderName
  readonly seed: number
  readonly rounds: number
  /** A line for whoever watches. */
  say(line: string): void
}

/** What a run saw. No problem: the claim holds. */
export interface Seen {
  /** How many faults, or rounds, were really carried out. */
  readonly rounds: number
  /** What was counted and measured, for the table: `{ kills: 1000, 'rows lost': 0 }`. */
  readonly figures: Readonly<Record<string, number | string>>
  /** Each in a sentence, with the round's own seed where it has one. */
  readonly problems: readonly string[]
  /** Limits of time that were missed. They are problems of the full share alone, which is run on a quiet machine. */
  readonly tooSlow?: readonly string[]
}
