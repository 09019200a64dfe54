import type { Kit } from '../kit.ts'
import { fillToken } from './template.ts'
import type { Token } from './token.ts'

export const fill = (text: string, token: Token): string => fillToken(text, token.value)
export const encoded = (token: Token, place: string | null): string => encodeURIComponent(token.value(place))

/**
 * An address of a manifest with the token's fields. A field in the host is one label of it, so that it cannot name another
 * host. `name` is the provider's, for errors. @throws SyncError `bad_credentials`
 */
export function addressOf(
  text: string,
  { name, token }: { name: string; token: Token },
  { SyncError, http }: Kit,
): URL {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)(.*)$/.exec(text) ?? []
  const host = fillToken(origin, (place) => {
    const label = token.value(place)
    if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) return label.toLowerCase()
    throw new SyncError(
      'reject',
      'bad_credentials',
      `${name}: the field ${place} of ${token.name} is no part of a host name. Send letters, digits and - only.`,
    )
  })
  if (!http.isProviderBase(host))
    throw new SyncError(
      'reject',
      'bad_credentials',
      `${name}: ${token.name} does not give the address of a public host. Check the fields of the token that the manifest names in its address.`,
    )
  return new URL(`${host}${fillToken(path, (place) => encoded(token, place))}`)
}
