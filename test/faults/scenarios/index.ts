import type { Scenario } from '../scenario.ts'
import { chain } from './chain.ts'
import { chaos } from './chaos.ts'
import { commit } from './commit.ts'
import { drift } from './drift.ts'
import { duplicates } from './duplicates.ts'
import { frozen } from './frozen.ts'
import { items } from './items.ts'
import { kill } from './kill.ts'
import { live } from './live.ts'
import { memory } from './memory.ts'
import { messages } from './messages.ts'
import { overlap } from './overlap.ts'
import { points } from './points.ts'
import { recovery } from './recovery.ts'
import { restarts } from './restarts.ts'
import { term } from './term.ts'

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  kill,
  points,
  restarts,
  commit,
  duplicates,
  term,
  frozen,
  chain,
  recovery,
  overlap,
  messages,
  items,
  drift,
  chaos,
  live,
  memory,
]
