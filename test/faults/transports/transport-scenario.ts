import type { Run, Scenario, Seen } from '../scenario.ts'
import type { Transport } from './transport.ts'

/** A scenario for containers, on any transport. */
export interface TransportScenario extends Pick<Scenario, 'name' | 'faults' | 'about' | 'claim'> {
  /** By how much time there is; see `shares`. */
  readonly rounds: Scenario['rounds']
  run(run: TransportRun): Promise<Seen>
}

/** The same seed and rounds make the same faults happen, as far as the server of the queue allows. */
export interface TransportRun extends Omit<Run, 'provider'> {
  readonly transport: Transport
}
