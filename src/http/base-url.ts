import { isIP } from 'node:net'
import { kindOf } from './address.ts'

/** Where Lambda gives its events to whoever asks. */
const runtimeApiPort = '9001'

/**
 * Whether a text is the address of a provider's API: https and a public host, or anything on loopback for a server on this
 * machine. Nothing else may be in it (user, path, query, a dot at the end), and the host must be written as it is meant: an
 * IP address in decimal, octal or hexadecimal is refused.
 */
export function isProviderBase(text: string): boolean {
  const written = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?\/?$/i.exec(text)
  if (!written || !URL.canParse(text)) return false
  const { protocol, hostname, port } = new URL(text)
  if (hostname !== written[2]?.toLowerCase()) return false
  const host = hostname.replace(/^\[|\]$/g, '')
  const kind = isIP(host) ? kindOf(host) : kindOfName(host)
  if (kind === 'loopback') return port !== runtimeApiPort
  return kind === 'public' && protocol === 'https:'
}

/** Of a name only its shape; where it leads is looked at when it is resolved. */
function kindOfName(name: string): ReturnType<typeof kindOf> {
  if (name === 'localhost') return 'loopback'
  const labels = name.split('.')
  const wellFormed = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  const last = labels.at(-1) ?? ''
  return wellFormed && labels.length > 1 && name.length <= 253 && /[a-z]/.test(last) ? 'public' : 'other'
}
