import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The tests that set up a worker with a database, a queue and a provider. */
export function integrationTests(): readonly string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join('test', path))
    .filter((path) => readFileSync(path, 'utf8').includes("support/setup.ts'"))
    .toSorted()
}

/**
 * Runs the integration tests while that share of the worker's statements, calls to the queue and requests to the provider
 * fails. Returns the exit code.
 */
export async function runDisturbedSuite(rate: number, seed: number): Promise<number> {
  console.log(`\nthe integration tests, ${rate * 100} % of all calls fail\n  seed ${seed}`)
  const child = spawn('npx', ['vitest', 'run', '--testTimeout=240000', ...integrationTests()], {
    stdio: 'inherit',
    env: { ...process.env, FAULTS: String(rate), SEED: String(seed) },
  })
  const [code] = await once(child, 'exit')
  console.log(`seed ${seed} shows it again`)
  return code ?? 1
}
