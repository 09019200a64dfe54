import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'

/** The worker's repository. */
export const root = join(import.meta.dirname, '..')
/** The worker as it is deployed. */
export const workerBundle = join(root, 'dist', 'handler.cjs')

const built = join(import.meta.dirname, '.data', 'built')
/** The Stripe-shaped server's process. */
export const serverProgram = join(built, 'server.mjs')
/** The process that runs one contestant. */
export const contestantProgram = join(built, 'contestant.mjs')
/** The process whose first job is timed. */
export const coldStartProgram = join(built, 'cold-start.mjs')
/** The process that works on the small jobs. */
export const jobWorkerProgram = join(built, 'job-worker.mjs')

/**
 * Builds the worker where its bundle is absent or older than its sources, and the programs of the benchmark's other
 * processes: plain JavaScript, so that no loader counts as theirs.
 */
export async function build(): Promise<void> {
  if (isStale()) run('npm', ['run', 'build'])
  await bundle({
    absWorkingDir: import.meta.dirname,
    entryPoints: {
      server: './server/server.ts',
      contestant: './contestants/process.ts',
      'cold-start': './cold-start.ts',
      'job-worker': './job-worker.ts',
    },
    outdir: built,
    // Each contestant in a file of its own, loaded only by the process that runs it.
    splitting: true,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
}

function isStale(): boolean {
  const builtAt = statSync(workerBundle, { throwIfNoEntry: false })?.mtimeMs
  if (builtAt === undefined) return true
  const sources = ['src', 'infra'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)),
  )
  return [...sources, join(root, 'package-lock.json')].some((file) => statSync(file).mtimeMs > builtAt)
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`bench: ${command} ${args.join(' ')} failed in ${root}`)
}
