import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A door to Postgres that keeps each session after its client has left, as a pooler does to hand it to the next.
 * @returns the same URL through it
 */
export async function keepSessions(url: string): Promise<string> {
  const target = new URL(url)
  const sockets: Socket[] = []
  const door = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    sockets.push(client, server)
    // The last message of a client is Terminate, five bytes. It is not passed on.
    client.on('data', (bytes) => {
      const isTerminate = bytes.length >= 5 && bytes.subarray(-5).equals(Buffer.from([0x58, 0, 0, 0, 4]))
      server.write(isTerminate ? bytes.subarray(0, -5) : bytes)
    })
    server.on('data', (bytes) => client.write(bytes))
    client.on('error', () => {})
    server.on('error', () => {})
  })
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((closed) => door.close(closed))
  })
  const through = new URL(url)
  through.host = `127.0.0.1:${(door.address() as AddressInfo).port}`
  return through.href
}
