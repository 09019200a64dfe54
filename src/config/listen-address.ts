import { isIP } from 'node:net'

/** Where a server listens. The host is an IP address or `localhost`. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:8484`, `[::1]:8484`, `localhost:8484`. Undefined for any other text. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, inBrackets, plain = '', digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = inBrackets ?? plain
  const port = Number(digits)
  const isHost = inBrackets === undefined ? isIP(host) === 4 || host === 'localhost' : isIP(host) === 6
  return isHost && port <= 65_535 ? { host, port } : undefined
}
