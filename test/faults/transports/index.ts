import { duplicates } from './duplicates.ts'
import { frozen } from './frozen.ts'
import { messages } from './messages.ts'
import { term } from './term.ts'
import type { TransportScenario } from './transport-scenario.ts'
import { whole } from './whole.ts'

/** Every scenario that runs on a transport, in the order of the table. */
export const transportScenarios: readonly TransportScenario[] = [duplicates, term, frozen, messages, whole]
