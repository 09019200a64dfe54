import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The tests that set up a worker with a database, a queue and a provider, themselves or in a file that they import. */
export function integrationTests(): readonly string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join('test', path))
  const imports = new Map(files.map((path) => [path, importsOf(path)]))
  const reaching = new Set([join('test', 'support', 'setup.ts')])
  // A set that grows while it is read: the files that import one of its files.
  for (const reached of reaching)
    for (const [path, imported] of imports) if (imported.includes(reached)) reaching.add(path)
  return [...reaching].filter((path) => path.endsWith('.test.ts')).toSorted()
}

const importsOf = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, name = '']) => join(dirname(path), name))

interface DisturbedSuite {
  /** The share of the worker's statements, calls to the queue and requests to the provider that fail. */
  readonly rate: number
  /** A part of `test/integration`, such as 1/8; all tests with a worker if undefined. */
  readonly shard: string | undefined
  readonly seed: number
}

/** Runs the integration tests while calls fail. Returns the exit code. */
export async function runDisturbedSuite({ rate, shard, seed }: DisturbedSuite): Promise<number> {
  const part = shard === undefined ? '' : ` (part ${shard})`
  console.log(`\nthe integration tests${part}, ${rate * 100} % of all calls fail\n  seed ${seed}`)
  const inFolder = integrationTests().filter((path) => path.startsWith('test/integration/'))
  const tests = shard === undefined ? integrationTests() : [...inFolder, `--shard=${shard}`]
  const child = spawn('npx', ['vitest', 'run', '--testTimeout=240000', ...tests], {
    stdio: 'inherit',
    env: { ...process.env, FAULTS: String(rate), SEED: String(seed) },
  })
  const [code] = await once(child, 'exit')
  console.log(`seed ${seed} shows it again`)
  return code ?? 1
}
