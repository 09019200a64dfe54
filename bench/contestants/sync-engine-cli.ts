import type { Open } from './contestant.ts'
import { openEngine } from './sync-engine.ts'

/** What `sync-engine sync customer` does when nothing is said: 50 workers, 25 requests a second. */
export const open: Open = (task) => openEngine(task, { workers: 50, perSecond: 25 })
