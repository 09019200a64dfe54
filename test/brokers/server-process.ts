import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server of a test: it listens on a port of its own, and its files are in a folder of its own. */
export interface ServerProcess {
  /** Starts the server again on the same port with the same files. Resolves when it listens. */
  start(): Promise<void>
  /** Ends it and its children. It may save its files if the signal allows that. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Holds it still, as a machine that does not answer, and lets it go on. */
  freeze(): void
  thaw(): void
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The user that a package brings for its server. Without root the server runs as the caller. */
  readonly user: string
  readonly folder: string
  readonly port: number
}

/** @throws Error that names the packages if the program of one is missing */
export function requirePrograms(programs: Readonly<Record<string, string>>): void {
  const missing = Object.keys(programs).filter((name) => !existsSync(programs[name] ?? ''))
  if (missing.length > 0)
    throw new Error(
      `The tests of brokers need the Debian packages ${missing.join(' and ')}: apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    )
}

/** An empty folder that the server's user owns. */
export async function serverFolder(user: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-sync-broker-'))
  const ids = idsOf(user)
  if (ids) await chown(folder, ids.uid, ids.gid)
  return folder
}

/** The server ends with this process, whatever becomes of its tests. */
export async function startServer({
  program,
  args,
  env = {},
  user,
  folder,
  port,
}: ServerCommand): Promise<ServerProcess> {
  let child: ChildProcess | undefined
  let output = ''
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // It has ended.
    }
  }
  const killAll = () => signalAll('SIGKILL')
  const server: ServerProcess = {
    async start() {
      output = ''
      // A group of its own: the server's children end with it.
      child = spawn(program, args, {
        ...idsOf(user),
        detached: true,
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (data) => {
          output = (output + data).slice(-4_000)
        })
      process.once('exit', killAll)
      for (let waited = 0; !(await listens(port)); waited += 50) {
        if (child.exitCode !== null || waited > 180_000)
          throw new Error(`${program} does not listen on ${port}:\n${output}`)
        await sleep(50)
      }
    },
    async stop(signal) {
      const stopping = child
      if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return
      const ended = new Promise((resolve) => stopping.once('exit', resolve))
      signalAll(signal)
      await ended
      signalAll('SIGKILL')
      process.removeListener('exit', killAll)
      // A child that is not gone yet still listens, and would be taken for the next server.
      while (await listens(port)) await sleep(50)
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async remove() {
      await server.stop('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  try {
    await server.start()
  } catch (error) {
    await server.remove()
    throw error
  }
  return server
}

/** Undefined without root, who alone may run a program as another user. */
export function idsOf(user: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined) throw new Error(`there is no user "${user}"`)
  return { uid: Number(uid), gid: Number(gid) }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (listening: boolean) => {
      socket.destroy()
      resolve(listening)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
