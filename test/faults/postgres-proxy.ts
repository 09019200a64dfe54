import { connect, createServer, type Socket } from 'node:net'

/**
 * What becomes of a statement on its way to the server: it passes; the connection breaks before the server has it; the
 * client's connection breaks while the server executes it; the connection breaks after the server has executed it and
 * before the client has the answer; nothing passes until `thaw`.
 */
export type Fate = 'pass' | 'cut-before' | 'cut-during' | 'cut-after' | 'freeze'

/** A way to Postgres that breaks or freezes at a chosen statement. */
export interface PostgresProxy {
  /** The connection string of a worker that goes this way. */
  readonly url: string
  /** Asked about each statement; `nth` counts the statements with this first word, from 1. */
  decide(fate: (word: string, nth: number, statement: string) => Fate): void
  /** Calls back once when the next statement has met its `cut-…`. */
  onCut(act: () => void): void
  /** Breaks all connections and refuses new ones: the process behind them is as good as dead. */
  kill(): void
  thaw(): void
  /** Swallows everything both ways until `thaw`, connections stay open; what was swallowed is lost. */
  blackHole(): void
  close(): Promise<void>
}

/** Opens a proxy in front of the server of `url`. It must be closed. */
export async function openPostgresProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const seen = new Map<string, number>()
  let decide: (word: string, nth: number, statement: string) => Fate = () => 'pass'
  let dead = false
  let frozen: (() => void)[] | undefined
  let onCut = () => {}
  let hole = false

  const server = createServer((client) => {
    if (dead) return client.destroy()
    const upstream = connect(Number(target.port), target.hostname)
    const breakBoth = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true))
      socket.on('error', breakBoth)
      socket.on('close', () => {
        sockets.delete(socket)
        breakBoth()
      })
    }
    let cutAfter = false
    const split = createSplitter()
    client.on('data', (chunk) => {
      if (hole) return
      for (const { text, bytes } of split(chunk)) {
        if (frozen) {
          frozen.push(() => upstream.write(bytes))
          continue
        }
        const fate = text === undefined ? 'pass' : judge(text)
        if (fate === 'cut-before') {
          breakBoth()
          return onCut()
        }
        if (fate === 'cut-during') {
          upstream.write(bytes)
          client.removeAllListeners('close').destroy()
          return onCut()
        }
        if (fate === 'cut-after') cutAfter = true
        if (fate === 'freeze') frozen = [() => upstream.write(bytes)]
        else upstream.write(bytes)
      }
    })
    upstream.on('data', (chunk) => {
      if (hole) return
      if (!cutAfter) return client.write(chunk)
      breakBoth()
      onCut()
    })
  })

  function judge(text: string): Fate {
    const word = /\w+/.exec(text)?.[0].toLowerCase() ?? ''
    const nth = (seen.get(word) ?? 0) + 1
    seen.set(word, nth)
    return decide(word, nth, text)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('proxy: the server has no port')
  const kill = () => {
    dead = true
    for (const socket of sockets) socket.destroy()
  }
  const proxied = new URL(url)
  proxied.host = `127.0.0.1:${address.port}`
  return {
    url: `${proxied.href}?sslmode=disable`,
    decide(fate) {
      seen.clear()
      decide = fate
    },
    onCut(act) {
      onCut = () => {
        onCut = () => {}
        act()
      }
    },
    kill,
    blackHole() {
      hole = true
    },
    async close() {
      kill()
      await new Promise((resolve) => server.close(resolve))
    },
    thaw() {
      hole = false
      const waiting = frozen ?? []
      frozen = undefined
      for (const write of waiting) write()
    },
  }
}

/** Cuts a client's bytes into the protocol's messages; `text` is the SQL of a Query or Parse message. */
function createSplitter(): (chunk: Buffer) => { readonly text?: string; readonly bytes: Buffer }[] {
  let rest = Buffer.alloc(0)
  let started = false
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: { text?: string; bytes: Buffer }[] = []
    for (;;) {
      // The first message, the start-up, has no type before its length.
      const head = started ? 1 : 0
      if (rest.length < head + 4) return messages
      const length = head + rest.readInt32BE(head)
      if (rest.length < length) return messages
      const bytes = rest.subarray(0, length)
      const type = started ? String.fromCharCode(bytes[0] ?? 0) : ''
      const text = bytes.subarray(5).toString('latin1')
      if (type === 'Q') messages.push({ bytes, text: text.split('\0', 1)[0] ?? '' })
      else if (type === 'P') messages.push({ bytes, text: text.split('\0', 2)[1] ?? '' })
      else messages.push({ bytes })
      rest = rest.subarray(length)
      started = true
    }
  }
}
