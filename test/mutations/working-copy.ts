import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { type Mutation, mutate } from './mutation.ts'

/** After so long the tests are ended: a mutation that makes one of them wait for ever is noticed. */
const longestMs = 600_000

export interface WorkingCopy {
  /** Runs these tests on the mutated sources, or on the sources as they are. Returns the first failure; null if all pass. */
  firstFailure(filters: readonly string[], mutation: Mutation | null): Promise<string | null>
  close(): void
}

/** A copy of the tree that mutations may change; nothing outside it is touched. */
export function openWorkingCopy(): WorkingCopy {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-mutations-'))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of files.split('\n').filter((path) => path !== '')) cpSync(file, join(folder, file))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  return {
    async firstFailure(filters, mutation) {
      if (filters.length === 0) return null
      if (!mutation) return await failureIn(folder, filters)
      const path = join(folder, mutation.file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, mutate(source, mutation))
      try {
        return await failureIn(folder, filters)
      } finally {
        writeFileSync(path, source)
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The tests without a database come first: they notice most mutations in seconds. */
async function failureIn(folder: string, filters: readonly string[]): Promise<string | null> {
  const withDatabase = ['--project=integration', '--project=faults']
  return (
    (await runTests(folder, ['--project=unit', ...filters])) ?? (await runTests(folder, [...withDatabase, ...filters]))
  )
}

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

async function runTests(folder: string, filtered: readonly string[]): Promise<string | null> {
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const output = join(folder, 'mutation.json')
  rmSync(output, { force: true })
  const options = ['run', '--bail=1', '--passWithNoTests', '--reporter=json', `--outputFile=${output}`]
  const child = spawn(process.execPath, [vitest, ...options, ...filtered], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
  })
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGTERM'), longestMs)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  if (code === 0) return null
  if (!existsSync(output)) return 'the tests did not end'
  const { testResults } = report.parse(JSON.parse(readFileSync(output, 'utf8')))
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')
  const reason = failed?.failureMessages?.[0] ?? testResults.find(({ message }) => message !== '')?.message ?? ''
  return `${failed?.fullName ?? 'a file that does not load'} (${reason.split('\n')[0]?.slice(0, 120)})`
}
