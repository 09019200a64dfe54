import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What becomes of bytes on their way: they pass, the connection breaks before or after them, they are swallowed, or late by so many milliseconds. */
export type BytesFate = 'pass' | 'cut-before' | 'cut-after' | 'swallow' | number

export interface Bytes {
  readonly from: 'client' | 'server'
  /** Latin-1: a pattern of bytes can be looked for. */
  readonly text: string
}

/** A way to any server, such as the provider, that breaks at chosen bytes. */
export interface TcpProxy {
  /** The address of the server, by this way. */
  readonly url: string
  decide(fate: (bytes: Bytes) => BytesFate): void
  /** Breaks every connection there is. */
  cutAll(): void
  close(): Promise<void>
}

/** Opens a proxy in front of the server of `url`. It must be closed. */
export async function openTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let decide: (bytes: Bytes) => BytesFate = () => 'pass'
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const cut = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true))
      socket.on('error', cut)
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
    const pass = (from: Bytes['from'], to: Socket) => {
      // In order, however late some of it is.
      let last = Promise.resolve()
      return (chunk: Buffer) => {
        const fate = decide({ from, text: chunk.toString('latin1') })
        if (fate === 'swallow') return
        if (fate === 'cut-before') return cut()
        const late = typeof fate === 'number' ? fate : 0
        last = last
          .then(() => (late > 0 ? new Promise<void>((resolve) => setTimeout(resolve, late)) : undefined))
          .then(() => void to.write(chunk, () => fate === 'cut-after' && cut()))
      }
    }
    client.on('data', pass('client', upstream))
    upstream.on('data', pass('server', client))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: proxied.origin,
    decide(fate) {
      decide = fate
    },
    cutAll,
    async close() {
      cutAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
