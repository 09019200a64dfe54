import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ServerIdentity } from './server-identity.ts'

/** An initialised data directory and how to serve it. */
export interface Cluster {
  readonly dataDir: string
  /** Absolute path of the `postgres` program. */
  readonly postgres: string
  readonly identity: ServerIdentity
  /** False switches fsync off: faster, safe over a crash of the server, not over one of the machine. */
  readonly durable: boolean
}

/** A server process, as its `postmaster.pid` describes it. */
export interface Server {
  readonly pid: number
  readonly port: number
  readonly dataDir: string
  /** False while it starts or stops. */
  readonly ready: boolean
}

/** `fast` closes the connections and leaves a clean directory; `immediate` is a crash, repaired at the next start. */
export type StopMode = 'fast' | 'immediate'

const pollMs = 10

/** The server that runs on this data directory, whoever started it. */
export function findServer(dataDir: string): Server | undefined {
  const server = readPidFile(dataDir)
  return server && isRunning(server) ? server : undefined
}

/**
 * Starts a server on 127.0.0.1 only, in a session of its own so that Ctrl-C does not reach it, and waits until it takes
 * connections. It writes to `server.log` in the data directory and holds nothing of this process open.
 * Throws an Error with the server's own words when it does not start.
 */
export async function startServer(cluster: Cluster, port: number, signal?: AbortSignal): Promise<Server> {
  removeStalePidFile(cluster.dataDir)
  const log = join(cluster.dataDir, 'server.log')
  const output = openSync(log, 'a')
  const logged = fstatSync(output).size
  const child = spawn(cluster.postgres, serverArguments(cluster, port), {
    ...cluster.identity,
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.unref()
  await once(child, 'spawn')
  try {
    for (;;) {
      const server = readPidFile(cluster.dataDir)
      if (server?.pid === child.pid && server?.ready) return server
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`postgres: the server did not start: ${readFileSync(log).subarray(logged).toString().trim()}`)
      }
      await setTimeout(pollMs, undefined, { signal })
    }
  } catch (error) {
    child.ref()
    if (child.kill('SIGQUIT')) await once(child, 'exit')
    throw error
  }
}

function serverArguments({ dataDir, durable }: Cluster, port: number): string[] {
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '' }
  const risky = durable ? {} : { fsync: 'off', full_page_writes: 'off' }
  return ['-D', dataDir, ...Object.entries({ ...settings, ...risky }).map(([name, value]) => `--${name}=${value}`)]
}

/** Stops a server and resolves when its process is gone; harder after 15 s without effect. */
export async function stopServer(server: Server, mode: StopMode): Promise<void> {
  const signals = mode === 'fast' ? (['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) : (['SIGQUIT', 'SIGKILL'] as const)
  for (const signal of signals) {
    signalServer(server, signal)
    for (let waited = 0; waited < 15_000; waited += pollMs) {
      if (!isRunning(server)) return
      await setTimeout(pollMs)
    }
  }
  throw new Error(`postgres: the server process ${server.pid} does not stop`)
}

/** Sends a signal, and only to the server meant: its pid may be another process by now. */
export function signalServer(server: Server, signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void {
  if (isRunning(server)) process.kill(server.pid, signal)
}

/** A port nobody listens on, below the ones systems give to outgoing connections, so that it stays free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const probe = createServer().listen(port, '127.0.0.1')
    try {
      await once(probe, 'listening')
      return port
    } catch {
      // taken: try another
    } finally {
      probe.close()
    }
  }
}

/** Format: https://www.postgresql.org/docs/18/storage-file-layout.html, lines pid, directory, start, port, …, status. */
function readPidFile(dataDir: string): Server | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), dataDir, ready: lines[7]?.trim() === 'ready' }
  } catch {
    return undefined
  }
}

/** After a crash of the machine the pid may belong to a stranger, for whose sake Postgres would refuse to start. */
function removeStalePidFile(dataDir: string): void {
  const server = readPidFile(dataDir)
  if (server && !commandLine(server.pid).includes('postgres')) rmSync(join(dataDir, 'postmaster.pid'))
}

/** False for a zombie too: an orphan's may stay for ever where process 1 does not collect them. */
function isRunning({ pid, dataDir }: Server): boolean {
  const command = commandLine(pid)
  return command.includes('postgres') && command.includes(dataDir)
}

function commandLine(pid: number): string {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
