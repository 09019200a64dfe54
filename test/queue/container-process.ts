import { onTestFinished } from 'vitest'
import { type ContainerProcess, spawnContainer } from './spawn-container.ts'

/** Starts `container.cjs` of a folder with this environment alone. It is killed when the test ends. */
export function startContainer(root: string, environment: Readonly<Record<string, string>>): ContainerProcess {
  const container = spawnContainer(root, environment)
  onTestFinished(async () => {
    if (!container.ended()) await container.end('SIGKILL')
  })
  return container
}
