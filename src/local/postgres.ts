import { setTimeout } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { initialise, reachableDirectory } from './data-directory.ts'
import { type PostgresBinaries, prepareBinaries } from './postgres-binaries.ts'
import {
  type Cluster,
  findServer,
  freePort,
  type Server,
  type StopMode,
  signalServer,
  startServer,
  stopServer,
} from './postgres-server.ts'
import { serverIdentity } from './server-identity.ts'

export { createDatabase } from './create-database.ts'

/** A running Postgres on this machine. */
export interface LocalPostgres {
  /** `postgres://postgres@127.0.0.1:PORT/postgres`: the superuser, no password. */
  readonly url: string
  /** Where the data is: the absolute path asked for, or a stand-in under the temporary directory if it was unreachable. */
  readonly dataDir: string
  readonly port: number
  /** The server was running already: somebody else's, or left behind by a killed process. */
  readonly reused: boolean
  /** Resolves when the process is gone. Stops a reused server too; does nothing when it is gone already. */
  stop(mode?: StopMode): Promise<void>
  /** Stops and starts on the same port; `immediate` is a crash. */
  restart(mode: StopMode): Promise<void>
  /** Leaves the server running after this process ends. */
  keep(): void
}

interface Options {
  /** Made when missing, together with its parents. */
  readonly dataDir: string
  /** False for tests: no fsync. What is committed survives `restart('immediate')`, not a crash of the machine. Default true. */
  readonly durable?: boolean
  /** Another Postgres's programs. Default: the ones from npm. */
  readonly binaries?: PostgresBinaries | undefined
  /** Abandons the opening; without effect on a server that is open. */
  readonly signal?: AbortSignal
}

/**
 * Postgres 18 from npm, on Linux and macOS, as any user including root. Takes the server that already runs on the data
 * directory if there is one, as it is. A server started here is told to stop when this process exits, unless `keep()`
 * was called; a reused one is left alone then. First start about a second, later ones 60 ms.
 * Throws an Error that says what to do where there are no programs for this machine or no directory to write.
 */
export async function openPostgres({ durable = true, signal, ...options }: Options): Promise<LocalPostgres> {
  const identity = serverIdentity()
  const binaries = options.binaries ?? (await prepareBinaries(identity))
  const dataDir = reachableDirectory(options.dataDir, identity)
  await initialise(dataDir, { binaries, identity, signal })
  const cluster = { dataDir, postgres: binaries.postgres, identity, durable }
  const { server, reused } = await reuseOrStart(cluster, signal)
  return handle(cluster, server, reused)
}

/** More than one try: the port may be taken meanwhile, and of two processes at the same time one finds the other's. */
async function reuseOrStart(cluster: Cluster, signal?: AbortSignal): Promise<{ server: Server; reused: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const running = await settled(cluster.dataDir, signal)
    if (running) return { server: running, reused: true }
    try {
      return { server: await startServer(cluster, await freePort(), signal), reused: false }
    } catch (error) {
      if (attempt === 3 || signal?.aborted) throw error
    }
  }
}

const cannotConnectNow = '57P03'

/** The running server once it takes connections; undefined once there is none. */
async function settled(dataDir: string, signal?: AbortSignal): Promise<Server | undefined> {
  for (;;) {
    const server = findServer(dataDir)
    if (!server || (server.ready && (await answers(server)))) return server
    await setTimeout(10, undefined, { signal })
  }
}

/** False while it starts or stops; that it has no connection left for us is an answer. */
async function answers(server: Server): Promise<boolean> {
  const client = new Client({ connectionString: urlOf(server) })
  client.on('error', () => {}) // it may stop while we ask
  try {
    await client.connect()
    await client.end()
    return true
  } catch (error) {
    return error instanceof DatabaseError && error.code !== cannotConnectNow
  }
}

function urlOf({ port }: Server): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

function handle(cluster: Cluster, opened: Server, reused: boolean): LocalPostgres {
  let server = opened
  const stopAtExit = () => signalServer(server, 'SIGINT')
  const keep = () => void process.off('exit', stopAtExit)
  if (!reused) process.once('exit', stopAtExit)
  return {
    url: urlOf(opened),
    dataDir: cluster.dataDir,
    port: opened.port,
    reused,
    keep,
    async stop(mode = 'fast') {
      keep()
      await stopServer(server, mode)
    },
    async restart(mode) {
      await stopServer(server, mode)
      server = await startServer(cluster, opened.port)
    },
  }
}
