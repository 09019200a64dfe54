import type { Scenario } from '../scenario.ts'
import { items } from './items.ts'
import { kill } from './kill.ts'
import { messages } from './messages.ts'

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [kill, messages, items]
