import { createServer, type RequestListener } from 'node:http'

export interface LocalServer {
  readonly port: number
  /** Closes all connections, answered or not. */
  close(): Promise<void>
}

/** Starts a server on this machine. Port 0 is any free port. The caller must close it. */
export async function listen(listener: RequestListener, port: number): Promise<LocalServer> {
  // A Lambda keeps connections open over minutes of sleep. A server that closed them first would cause resets of its own.
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0, noDelay: true }, listener)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('sandbox: the server has no port')
  return {
    port: address.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
