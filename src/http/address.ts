import { BlockList, isIP } from 'node:net'

export type AddressKind = 'public' | 'loopback' | 'other'

/** IANA's special-purpose registries and multicast. No provider has its API there. */
const notPublic = blocks([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Teredo, ORCHID and other protocols; documentation; 6to4, which holds an IPv4 address; documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])
/** The only part of IPv6 with public routes. IPv4-mapped, NAT64, private, link-local and multicast are outside it. */
const routed = blocks([['2000::', 3]])
const loopback = blocks([
  ['127.0.0.0', 8],
  ['::1', 128],
])

/** The kind of network that an IP address belongs to. `other` if the text is not an IP address. */
export function kindOf(address: string): AddressKind {
  const family = isIP(address)
  if (family === 4) {
    if (loopback.check(address, 'ipv4')) return 'loopback'
    return notPublic.check(address, 'ipv4') ? 'other' : 'public'
  }
  // An IPv4-mapped loopback address matches the rules of IPv4, so it is compared as text.
  if (family === 6 && address === '::1') return 'loopback'
  return family === 6 && routed.check(address, 'ipv6') && !notPublic.check(address, 'ipv6') ? 'public' : 'other'
}

function blocks(networks: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of networks) list.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4')
  return list
}
