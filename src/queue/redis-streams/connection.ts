import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterWaiting, type ServerAddress, serverFailure } from '../server-address.ts'

/** Two connections to one server: a call that waits for messages would hold up all calls behind it. */
export interface Connection {
  /** @throws Error in words if the server is away, or refuses the call */
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown>
  call(command: string, ...values: readonly (string | number)[]): Promise<unknown>
  /** Waits until the stream has an entry behind this one, for so long at most. Takes nothing. */
  entryBehind(entry: string, stream: string, ms: number, signal: AbortSignal): Promise<void>
  /** As `run`, for a receiver: after the first failure it waits for half a minute for the server to come back. */
  runForReceiver(
    script: string,
    keys: readonly string[],
    values: readonly (string | number)[],
    signal: AbortSignal,
  ): Promise<unknown>
  close(): void
}

const answerMs = 10_000
const retryMs = 500
/** A call waits so long for a server that restarts. */
const longestWaitMs = 3_000
const longestWaitOfReceiverMs = 30_000

/** Connects again whenever the connection is lost. @throws Error in words if the server is away */
export async function openConnection(address: ServerAddress): Promise<Connection> {
  const commands = connect(address)
  const waiting = connect(address)
  let away = false
  const inWords = (error: unknown) =>
    serverFailure('redis-streams', address, isLoss(error) ? new Error('the connection was lost') : error)

  const run: Connection['run'] = async (script, keys, values) => {
    await ready(commands, longestWaitMs)
    return commands.redis.eval(script, keys.length, ...keys, ...values).catch((error: unknown) => {
      throw inWords(error)
    })
  }

  async function ready({ redis, lastError }: Client, ms: number, signal?: AbortSignal): Promise<void> {
    if (redis.status === 'wait') redis.connect().catch(() => {})
    for (let waited = 0; redis.status !== 'ready'; waited += 50) {
      if (waited >= ms || signal?.aborted || redis.status === 'end')
        throw inWords(lastError() ?? new Error('it does not answer'))
      await sleep(50)
    }
  }

  const connection: Connection = {
    run,
    async call(command, ...values) {
      await ready(commands, longestWaitMs)
      return commands.redis.call(command, ...values).catch((error: unknown) => {
        throw inWords(error)
      })
    },
    async runForReceiver(script, keys, values, signal) {
      try {
        await ready(commands, away ? longestWaitOfReceiverMs : retryMs, signal).catch((error: unknown) => {
          throw away || signal.aborted ? afterWaiting(error) : error
        })
        const answer = await run(script, keys, values)
        away = false
        return answer
      } catch (error) {
        away = true
        throw error
      }
    },
    async entryBehind(entry, stream, ms, signal) {
      await ready(waiting, longestWaitMs, signal)
      const arrival = waiting.redis.xread('COUNT', 1, 'BLOCK', Math.max(1, ms), 'STREAMS', stream, entry)
      await untilAborted(arrival, signal).catch((error: unknown) => {
        throw inWords(error)
      })
    },
    close() {
      for (const { redis } of [commands, waiting]) redis.disconnect()
    },
  }
  try {
    await ready(commands, longestWaitMs)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Of a call whose connection is lost before its answer. */
const isLoss = (error: unknown) => error instanceof Error && error.name === 'MaxRetriesPerRequestError'

interface Client {
  readonly redis: Redis
  readonly lastError: () => unknown
}

function connect({ protocol, hostname, port, username, password, path }: ServerAddress): Client {
  const redis = new Redis({
    host: hostname,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(path === '' ? {} : { db: Number(path) }),
    ...(protocol === 'rediss' ? { tls: { servername: hostname } } : {}),
    connectionName: 'billing-sync',
    lazyConnect: true,
    // A call fails when its connection is lost. With retries it would wait as long as the server is away, and then run a
    // second time what may have run.
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(retryMs, times * 50),
    connectTimeout: answerMs,
    socketTimeout: answerMs,
    // A server that became a replica.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
  let last: unknown
  redis.on('error', (error) => {
    last = error
  })
  redis.on('ready', () => {
    last = undefined
  })
  return { redis, lastError: () => last }
}

/** If the signal is first, the call ends by itself some time later. */
function untilAborted(call: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    call.then(end, (error: unknown) => {
      signal.removeEventListener('abort', end)
      reject(error)
    })
  })
}
