import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The built container entry as a process of its own. */
export interface ContainerProcess {
  readonly pid: number
  /** Resolves when it receives messages. */
  readonly started: Promise<void>
  readonly ended: () => boolean
  signal(name: NodeJS.Signals): void
  /** Sends the signal, and resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string>
  /** What it printed so far. */
  logs(): string
}

/** Starts `container.cjs` of a folder with this environment alone. Its caller must end it. */
export function spawnContainer(root: string, environment: Readonly<Record<string, string>>): ContainerProcess {
  const child = spawn(process.execPath, [join(root, 'container.cjs')], {
    env: { PATH: process.env.PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit').then(([code, signal]): number | string => code ?? signal)
  let printed = ''
  let start = () => {}
  const started = new Promise<void>((resolve, reject) => {
    start = resolve
    exit.then((how) => reject(new Error(`the container ended with ${how}: ${printed}`)))
  })
  started.catch(() => {})
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk
      if (printed.includes('"worker_started"')) start()
    })
  return {
    pid: child.pid ?? 0,
    started,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name) => void child.kill(name),
    end(signal) {
      child.kill(signal)
      return exit
    },
    logs: () => printed,
  }
}
