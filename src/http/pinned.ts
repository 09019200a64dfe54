import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { SyncError } from '../errors.ts'
import { kindOf } from './address.ts'

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

const ask: Resolve = (host) => lookup(host, { all: true })

/**
 * A `lookup` for the connections of one account. The name is resolved once: every address must be a public one (of
 * `localhost` a loopback one), and all later connections go to these, whatever the name leads to by then.
 */
export function pinned(resolve: Resolve = ask): LookupFunction {
  const known = new Map<string, Promise<readonly LookupAddress[]>>()
  const find = (host: string) => {
    const found = known.get(host) ?? resolve(host).then((addresses) => checked(host, addresses))
    known.set(host, found)
    found.catch(() => known.delete(host))
    return found
  }
  return (host, options, callback) => {
    find(host).then(
      (addresses) => {
        const family = Number(String(options.family ?? 0).replace('IPv', ''))
        const fitting = addresses.filter((one) => family === 0 || one.family === family)
        const [first] = fitting
        if (!first) return callback(refused(host, 'has no address of the family asked for'), '', 0)
        if (options.all) return callback(null, [...fitting])
        callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : refused(host, 'cannot be resolved'), '', 0),
    )
  }
}

/** An IP address in place of a name is never resolved: checked before a connection is made. @throws SyncError */
export function checkHost(host: string): void {
  if (isIP(host) && kindOf(host) === 'other') throw refused(host, 'is no public address')
}

/** One forbidden address among public ones is an attack or a mistake as well. */
function checked(host: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const expected = host === 'localhost' ? 'loopback' : 'public'
  const right = addresses.length > 0 && addresses.every(({ address }) => kindOf(address) === expected)
  if (right) return addresses
  throw refused(host, `leads to an address that is not ${expected === 'public' ? 'a public one' : 'on this machine'}`)
}

function refused(host: string, why: string): SyncError {
  return new SyncError(
    'retry',
    'host_refused',
    `host: ${host} ${why}; no connection is made (Stripe.ApiBase, or the name server)`,
  )
}
