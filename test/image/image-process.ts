import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import * as z from 'zod'

/** What an engine would take from the image. */
const configSchema = z.object({
  User: z.string(),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  WorkingDir: z.string(),
  StopSignal: z.string(),
})

const imageSchema = z.object({ OCIv1: z.object({ config: configSchema }) })

export type ImageConfig = z.infer<typeof configSchema>

/** The image as `.ci/containers` mounts it. @throws Error that says how to get them */
export function readImage() {
  const { IMAGE_ROOT: root = '', IMAGE_JSON: description = '' } = process.env
  if (!existsSync(root) || !existsSync(description))
    throw new Error(
      'npm run test:image needs the image that .ci/containers builds. Run that, which runs the tests, too.',
    )
  const { OCIv1 } = imageSchema.parse(JSON.parse(readFileSync(description, 'utf8')))
  return { root, config: OCIv1.config }
}

export interface ImageProcess {
  readonly pid: number
  /** Resolves with the part of what it printed that matches. */
  printed(pattern: RegExp): Promise<string>
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>
  /** Sends the signal to the process in the image. */
  signal(signal: NodeJS.Signals): void
  logs(): string
}

/** As an engine would run an image: its files read-only, its user, its own processes, no capability, and no other variables. */
export function runImage(
  root: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): ImageProcess {
  const isolation = [
    ['--ro-bind', root, '/'],
    ['--proc', '/proc'],
    ['--dev', '/dev'],
    // The process is the first one of its own, as in a container: it gets no signal that it does not listen to.
    ['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--unshare-user'],
    ['--uid', '65532', '--gid', '65532'],
    ['--cap-drop', 'ALL'],
    ['--chdir', '/app'],
    ['--die-with-parent', '--clearenv'],
    ...Object.entries(environment).map(([name, value]) => ['--setenv', name, value]),
    // Its number among the processes of this machine.
    ['--info-fd', '3'],
  ].flat()
  const child = spawn('bwrap', [...isolation, '--', ...command], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const exit = once(child, 'exit').then(([code, signal]): number | string => code ?? signal)
  let text = ''
  let pid = 0
  let info = ''
  let wake = () => {}
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text += chunk
      wake()
    })
  child.stdio[3]?.on('data', (chunk) => {
    // It comes in pieces.
    info += chunk
    pid = Number(/"child-pid":\s*(\d+)\D/.exec(info)?.[1] ?? 0)
  })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await exit
  })
  return {
    get pid() {
      return pid
    },
    exit,
    signal(signal) {
      if (pid === 0) throw new Error('the image has no process yet')
      process.kill(pid, signal)
    },
    logs: () => text,
    async printed(pattern) {
      for (;;) {
        const [match] = pattern.exec(text) ?? []
        if (match !== undefined) return match
        const ended = await Promise.race([
          exit.then((how) => how),
          new Promise<undefined>((resolve) => {
            wake = () => resolve(undefined)
          }),
        ])
        if (ended !== undefined && !pattern.test(text)) throw new Error(`the image ended with ${ended}: ${text}`)
      }
    },
  }
}
