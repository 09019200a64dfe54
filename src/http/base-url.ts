import { isIP } from 'node:net'
import { kindOf } from './address.ts'

/** Lambda's runtime API, which gives events to any process that asks. */
const runtimeApiPort = '9001'

/**
 * Whether a text is the address of a provider's API: https and a public host, or any server on loopback. It may hold
 * nothing else: no user, path, query or dot at the end. An IP address in decimal, octal or hexadecimal is refused.
 */
export function isProviderBase(text: string): boolean {
  const written = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?\/?$/i.exec(text)
  if (!written || !URL.canParse(text)) return false
  const url = new URL(text)
  const { protocol, hostname, port } = url
  if (hostname !== written[2]?.toLowerCase()) return false
  const host = hostOf(url)
  const kind = isIP(host) ? kindOf(host) : kindOfName(host)
  if (kind === 'loopback') return port !== runtimeApiPort
  return kind === 'public' && protocol === 'https:'
}

/** The host of a URL. An IPv6 address is without its brackets, as a connection needs it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** Judges the shape of a name only. Its addresses are checked when it is resolved. */
function kindOfName(name: string): ReturnType<typeof kindOf> {
  if (name === 'localhost') return 'loopback'
  const labels = name.split('.')
  const wellFormed = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
  const last = labels.at(-1) ?? ''
  return wellFormed && labels.length > 1 && name.length <= 253 && /[a-z]/.test(last) ? 'public' : 'other'
}
