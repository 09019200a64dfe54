import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that would be found by whoever is led to this machine. */
export async function openCanary() {
  let visits = 0
  const server = createServer((_, response) => response.end('{"object":"list","data":[],"has_more":false}'))
  server.on('connection', () => visits++)
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  const { port } = server.address() as AddressInfo
  return { port, visits: () => visits, close: () => server.close() }
}
