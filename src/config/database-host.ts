import { isIP } from 'node:net'

/** A host as `Host=…` or a URL names it, and its port if it is named with it. */
interface DatabaseHost {
  readonly host: string
  readonly port?: string
}

/**
 * Reads the forms of Npgsql: a name, an address, either with `:PORT`, or the directory of a socket.
 * @throws Error with a sentence for a form that this worker cannot connect to
 */
export function parseHost(text: string): DatabaseHost {
  if (text.startsWith('/')) return { host: text }
  if (/^(?:tcp|np|lpc|admin):/i.test(text) || /^[^,]*,\s*\d+$/.test(text)) throw new Error(sqlServers)
  if (text.includes(',')) throw new Error(severalHosts)
  if (isIP(text) === 6) return { host: text }
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d+))?$/.exec(text) ?? []
  const isHost = bracketed === undefined ? /^[\p{L}\p{N}_.-]+$/u.test(plain) : isIP(bracketed) === 6
  if (!isHost) throw new Error(noHost)
  return { host: bracketed ?? plain, ...(port === undefined ? {} : { port }) }
}

export const severalHosts =
  'names several hosts. This worker connects to one: name the server that takes writes, or a DNS name or a proxy that leads to it'
const sqlServers = 'has a Host in the form of SQL Server. Write Host=…;Port=…'
const noHost = 'has a Host that is no name, address or directory of a socket, with or without :PORT'
