import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { SyncError } from '../errors.ts'
import { kindOf } from './address.ts'

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

const resolveAll: Resolve = (host) => lookup(host, { all: true })

/**
 * A `lookup` for the connections of one account. It resolves a name once and checks that every address is public, or
 * loopback for `localhost`. All later connections go to these addresses, whatever the name server says by then.
 */
export function pinned(resolve: Resolve = resolveAll): LookupFunction {
  const pending = new Map<string, Promise<readonly LookupAddress[]>>()
  const addressesOf = (host: string) => {
    const addresses = pending.get(host) ?? resolve(host).then((resolved) => checked(host, resolved))
    pending.set(host, addresses)
    addresses.catch(() => pending.delete(host))
    return addresses
  }
  return (host, options, callback) => {
    addressesOf(host).then(
      (addresses) => {
        const family = Number(String(options.family ?? 0).replace('IPv', ''))
        const fitting = addresses.filter((address) => family === 0 || address.family === family)
        const [first] = fitting
        if (!first) return callback(refused(host, `has no IPv${family} address`), '', 0)
        if (options.all) return callback(null, [...fitting])
        callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : refused(host, 'cannot be resolved'), '', 0),
    )
  }
}

/** Checks an IP address in place of a name, which is never resolved. Call it before connecting. @throws SyncError */
export function checkHost(host: string): void {
  if (isIP(host) && kindOf(host) === 'other') throw refused(host, 'is not a public address')
}

/** A single forbidden address among public ones is an attack or a mistake too. */
function checked(host: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const expected = host === 'localhost' ? 'loopback' : 'public'
  const allowed = addresses.length > 0 && addresses.every(({ address }) => kindOf(address) === expected)
  if (allowed) return addresses
  throw refused(host, `leads to an address that is not ${expected === 'public' ? 'a public one' : 'on this machine'}`)
}

function refused(host: string, reason: string): SyncError {
  return new SyncError(
    'retry',
    'host_refused',
    `host: ${host} ${reason}, so the worker makes no connection. Check the ApiBase of the provider and the name server.`,
  )
}
