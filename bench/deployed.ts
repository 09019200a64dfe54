import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '..', 'infra', 'environment.yml')

/** What the worker's process is given where it is deployed: the settings of Node and of its allocator. */
export function deployedEnvironment(): Readonly<Record<string, string>> {
  const settings = [...readFileSync(file, 'utf8').matchAll(/^(NODE_OPTIONS|MALLOC_\w+): '?(.*?)'?$/gm)]
  if (settings.length < 2) throw new Error(`bench: ${file} does not set NODE_OPTIONS and MALLOC_…`)
  return Object.fromEntries(settings.map(([, name = '', value = '']) => [name, value]))
}
