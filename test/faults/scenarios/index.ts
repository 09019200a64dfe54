import type { Scenario } from '../scenario.ts'
import { commit } from './commit.ts'
import { kill } from './kill.ts'
import { points } from './points.ts'
import { restarts } from './restarts.ts'

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [kill, points, restarts, commit]
