import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Identity {
  issue(parts: Issued): Identity
  /** An authority that this one vouches for. */
  authorize(name: string): Authority
}

interface Issued {
  /** DNS names and IPv4 addresses. */
  readonly hosts: readonly string[]
  /** Of the key. Default: ECDSA on P-256. */
  readonly algorithm?: 'ec' | 'rsa'
  readonly from?: Date
  readonly until?: Date
}

interface Signer {
  readonly name: string
  readonly privateKey: KeyObject
}

interface Valid extends Omit<Issued, 'hosts' | 'algorithm'> {
  readonly by?: Signer
}

const year = 365 * 86_400_000

/** A certificate authority of its own: X.509 v3, ECDSA on P-256. */
export function createAuthority(name: string, issuer?: Signer): Authority {
  const pair = keyPair()
  const subject = { name, publicKey: pair.publicKey }
  const self = { name, privateKey: pair.privateKey }
  const make = (holder: typeof subject, extensions: Buffer, { from, until, by = self }: Valid = {}) =>
    pem(
      certificate(holder, by, extensions, [from ?? new Date(Date.now() - year), until ?? new Date(Date.now() + year)]),
    )
  return {
    certificate: make(subject, extension('2.5.29.19', sequence(boolean(true))), { by: issuer ?? self }),
    key: pair.pem,
    authorize: (other) => createAuthority(other, self),
    issue({ hosts, algorithm, ...valid }) {
      const { publicKey, pem: key } = keyPair(algorithm)
      return {
        certificate: make({ name: hosts[0] ?? '', publicKey }, extension('2.5.29.17', names(hosts)), valid),
        key,
      }
    },
  }
}

/** A certificate that nobody but itself vouches for. */
export function createSelfSigned(hosts: readonly string[]): Identity {
  const { publicKey, privateKey, pem: key } = keyPair()
  const name = hosts[0] ?? ''
  const valid = [new Date(Date.now() - year), new Date(Date.now() + year)] as const
  return {
    certificate: pem(
      certificate({ name, publicKey }, { name, privateKey }, extension('2.5.29.17', names(hosts)), valid),
    ),
    key,
  }
}

function keyPair(algorithm: Issued['algorithm'] = 'ec') {
  const { publicKey, privateKey } =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { publicKey, privateKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

let serial = 0

function certificate(
  subject: { readonly name: string; readonly publicKey: KeyObject },
  issuer: { readonly name: string; readonly privateKey: KeyObject },
  extensions: Buffer,
  [from, until]: readonly [Date, Date],
): Buffer {
  const algorithm = sequence(identifier('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const content = sequence(
    tagged(0xa0, integer(2)), // version 3
    integer(++serial),
    algorithm,
    commonName(issuer.name),
    sequence(time(from), time(until)),
    commonName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extensions)),
  )
  return sequence(content, algorithm, bits(sign('sha256', content, issuer.privateKey)))
}

const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`

const names = (hosts: readonly string[]) =>
  sequence(
    ...hosts.map((host) =>
      isIP(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host)),
    ),
  )
const commonName = (name: string) =>
  sequence(tagged(0x31, sequence(identifier('2.5.4.3'), tagged(0x0c, Buffer.from(name)))))
const extension = (id: string, content: Buffer) => sequence(identifier(id), boolean(true), tagged(0x04, content))

// DER: a tag, a length, the content.
function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...content: readonly Buffer[]) => tagged(0x30, ...content)
const boolean = (value: boolean) => tagged(0x01, Buffer.from([value ? 255 : 0]))
const integer = (value: number) => tagged(0x02, Buffer.from([0, value >> 8, value & 255].slice(value < 128 ? 2 : 0)))
const bits = (content: Buffer) => tagged(0x03, Buffer.from([0]), content)
const time = (date: Date) => tagged(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((part) => {
    const septets = [part & 127]
    for (let left = part >> 7; left > 0; left >>= 7) septets.unshift((left & 127) | 128)
    return septets
  })
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]))
}
