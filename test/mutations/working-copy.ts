import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Mutation, mutate } from './mutation.ts'

/** After so long the tests are ended: a mutation that makes one of them wait for ever is noticed. */
const longestMs = 600_000

export interface WorkingCopy {
  /** Runs these tests on the sources as they are, or with that mutation. */
  test(filters: readonly string[], mutation?: Mutation): Promise<'passed' | 'failed'>
  close(): void
}

/** A copy of the tree that mutations may change; nothing outside it is touched. */
export function openWorkingCopy(): WorkingCopy {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-mutations-'))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of files.split('\n').filter((path) => path !== '')) cpSync(file, join(folder, file))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  return {
    async test(filters, mutation) {
      if (!mutation) return runTests(folder, filters)
      const path = join(folder, mutation.file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, mutate(source, mutation))
      try {
        return await runTests(folder, filters)
      } finally {
        writeFileSync(path, source)
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function runTests(folder: string, filters: readonly string[]): Promise<'passed' | 'failed'> {
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--bail=1', '--reporter=dot', ...filters], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
  })
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGTERM'), longestMs)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  return code === 0 ? 'passed' : 'failed'
}
