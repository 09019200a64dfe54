import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { type Mutation, mutate } from './mutation.ts'

/**
 * After so many times what they took without a mutation, and a minute at least, the tests are ended: a mutation that makes one
 * of them wait for ever is noticed.
 */
const patience = 5
const leastMs = 60_000
/** For the tests without a mutation. */
const longestMs = 600_000

export interface SessionRequest {
  readonly filters: readonly string[]
  /** The files that are not as they were at the last request. */
  readonly changed: readonly string[]
}

const sessionAnswer = z.object({ failure: z.string().nullable() })
export type SessionAnswer = z.infer<typeof sessionAnswer>

export interface WorkingCopy {
  /** Runs these tests on the mutated sources, or on the sources as they are. Returns the first failure; null if all pass. */
  firstFailure(filters: readonly string[], mutation: Mutation | null): Promise<string | null>
  close(): Promise<void>
}

/** A copy of the tree that mutations may change; nothing outside it is touched. */
export function openWorkingCopy(): WorkingCopy {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'billing-sync-mutations-')))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of files.split('\n').filter((path) => path !== '')) cpSync(file, join(folder, file))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  let session: ChildProcess | undefined
  const changed = new Set<string>()
  /** Milliseconds that tests took without a mutation, with the start of the session. */
  const taken = new Map<string, number>()

  async function run(filters: readonly string[], isMutated: boolean): Promise<string | null> {
    const began = performance.now()
    const key = filters.join(' ')
    const mostMs = isMutated ? Math.max(leastMs, patience * (taken.get(key) ?? longestMs)) : longestMs
    session ??= openSession(folder)
    const request: SessionRequest = { filters, changed: [...changed] }
    changed.clear()
    session.send(request)
    const failure = await answerOf(session, mostMs)
    if (!isMutated) taken.set(key, performance.now() - began)
    if (failure !== undefined && !failure?.startsWith('the tests do not run')) return failure
    await end(session)
    session = undefined
    return failure ?? 'the tests did not end'
  }

  return {
    async firstFailure(filters, mutation) {
      if (filters.length === 0) return null
      if (!mutation) return await run(filters, false)
      // A session that begins on mutated sources would keep a database that they have migrated.
      const unmutated = session ? null : await run(filters, false)
      if (unmutated !== null) throw new Error(`mutations: a test fails without a mutation: ${unmutated}`)
      const path = join(folder, mutation.file)
      const source = readFileSync(path, 'utf8')
      const write = (text: string) => {
        writeFileSync(path, text)
        changed.add(path)
      }
      write(mutate(source, mutation))
      try {
        return await run(filters, true)
      } finally {
        write(source)
      }
    },
    async close() {
      if (session) await end(session)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openSession(folder: string): ChildProcess {
  const execArgv = ['--import', 'tsx']
  return fork(join(folder, 'test/mutations/session.ts'), { cwd: folder, execArgv, stdio: 'ignore', detached: true })
}

/** The first failure, or null; undefined if the session died or its time is over. */
async function answerOf(session: ChildProcess, mostMs: number): Promise<string | null | undefined> {
  const over = new AbortController()
  const { signal } = over
  const timer = setTimeout(() => over.abort(), mostMs)
  const died = once(session, 'exit', { signal }).then(() => undefined)
  const answered = once(session, 'message', { signal }).then(([message]) => sessionAnswer.parse(message).failure)
  const first = await Promise.race([answered, died]).catch(() => undefined)
  clearTimeout(timer)
  over.abort()
  await Promise.allSettled([answered, died])
  return first
}

/** Lets a session stop its Postgres. Where it cannot, it kills itself. */
async function end(session: ChildProcess): Promise<void> {
  if (session.exitCode !== null || session.signalCode !== null) return
  const exit = once(session, 'exit')
  session.disconnect()
  await exit
}
