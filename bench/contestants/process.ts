import { readFileSync } from 'node:fs'
import { sharedNow } from '../server/protocol.ts'
import type { Opened, Task } from './contestant.ts'
import { byName } from './index.ts'

/** What the process tells its parent. Times are of the clock that all processes share, in milliseconds. */
export type Told =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'done'
      readonly startedAt: number
      readonly endedAt: number
      readonly cpuMs: number
      readonly peakRssMb: number
    }
  | { readonly kind: 'failed'; readonly message: string }

/*
 * One contestant in a process of its own. Started with a Task as its one argument; says `ready` once everything is
 * loaded and the tables are there, then syncs once for each message it gets.
 */
const tell = (message: Told) => void process.send?.(message)

const task = JSON.parse(process.argv[2] ?? '{}') as Task
let opened: Opened | undefined
process.on('message', () => void syncOnce())
process.on('disconnect', () => process.exit(0))
try {
  opened = await (await byName(task.contestant).load()).open(task)
  tell({ kind: 'ready' })
} catch (error) {
  tell({ kind: 'failed', message: describe(error) })
}

async function syncOnce(): Promise<void> {
  const cpu = process.cpuUsage()
  const startedAt = sharedNow()
  try {
    await opened?.sync()
    const endedAt = sharedNow()
    const { user, system } = process.cpuUsage(cpu)
    tell({ kind: 'done', startedAt, endedAt, cpuMs: (user + system) / 1_000, peakRssMb: peakRss() })
  } catch (error) {
    tell({ kind: 'failed', message: describe(error) })
  }
}

/** VmHWM; NaN where there is no /proc. Not getrusage, which counts what the parent had when it forked. */
function peakRss(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return Number(kilobytes) / 1_024
  } catch {
    return Number.NaN
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
}
