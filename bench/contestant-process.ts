import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { contestantProgram } from './build.ts'
import type { Task } from './contestants/contestant.ts'
import { byName } from './contestants/index.ts'
import type { Told } from './contestants/process.ts'
import { startProgram } from './program.ts'

/** The longest a run may take. */
const patienceMs = 20 * 60_000

/** A contestant's process, from outside. `next` is the next thing it says, or that it ended. */
export function startContestant(task: Task): { readonly process: ChildProcess; next(): Promise<Told> } {
  const child = startProgram(contestantProgram, [JSON.stringify(task)], byName(task.contestant).environment?.())
  let printed = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-2_000)
  })
  return {
    process: child,
    async next() {
      const waiting = new AbortController()
      const { signal } = waiting
      const ended = () =>
        ({ kind: 'failed', message: `ended with ${child.exitCode ?? child.signalCode}: ${printed.trim()}` }) as const
      if (child.exitCode !== null || child.signalCode !== null) return ended()
      try {
        return await Promise.race([
          once(child, 'message', { signal }).then(([message]) => message as Told),
          once(child, 'exit', { signal }).then(ended),
          setTimeout(patienceMs, undefined, { signal }).then(
            (): Told => ({ kind: 'failed', message: 'no answer in time' }),
          ),
        ])
      } finally {
        waiting.abort()
      }
    },
  }
}

/** VmRSS of a process once a second until it is ended; nothing where there is no /proc. */
export function sampleRss(pid: number): { end(): readonly number[] } {
  const samples: number[] = []
  const timer = setInterval(() => {
    try {
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes) samples.push(Number(kilobytes) / 1_024)
    } catch {
      // it has ended, or this is no Linux
    }
  }, 1_000)
  return {
    end() {
      clearInterval(timer)
      return samples
    },
  }
}
