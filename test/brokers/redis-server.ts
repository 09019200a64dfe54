import { freePort } from '../../src/local/postgres-server.ts'
import { requirePrograms, type ServerProcess, serverFolder, startServer } from './server-process.ts'

/** Another server that speaks the protocol, such as Valkey's. */
const program = process.env.REDIS_SERVER ?? '/usr/bin/redis-server'

export interface RedisServer extends ServerProcess {
  /** With the password. */
  readonly url: string
  readonly port: number
  readonly password: string
}

/** A Redis with a password, which writes each command to its disk before it answers. */
export async function startRedis(): Promise<RedisServer> {
  requirePrograms({ 'redis-server': program })
  const user = 'redis'
  const folder = await serverFolder(user)
  const port = await freePort()
  const password = 'pass w/o;end?'
  const options = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    requirepass: password,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    daemonize: 'no',
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const server = await startServer({ program, args, user, folder, port })
  return { ...server, port, password, url: `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}/0` }
}
