import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createCertificates } from '../../src/live/certificates.ts'
import { createAuthority } from '../../src/sandbox/server/certificates.ts'

const root = createAuthority('Root')
const middle = root.authorize('Middle')
const leaf = middle.issue({ hosts: ['signs.paypal.example'] })
const url = new URL('https://api.paypal.com/v1/notifications/certs/CERT-1')

function open(chain: string | null | (() => Promise<string | null>), at = new Date()) {
  let time = 0
  let fetches = 0
  const certificates = createCertificates({
    roots: [createAuthority('Unrelated').certificate, root.certificate],
    now: () => time,
    fetch: async () => {
      fetches++
      return typeof chain === 'function' ? chain() : chain
    },
  })
  return {
    open: () => certificates.open(url, at),
    pass: (ms: number) => {
      time += ms
    },
    fetches: () => fetches,
  }
}

const plain = (pem: string) => new X509Certificate(pem).fingerprint256

test('a chain that leads to an authority gives its first certificate', async () => {
  for (const chain of [
    leaf.certificate + middle.certificate,
    leaf.certificate + middle.certificate + root.certificate,
    root.issue({ hosts: ['direct.example.com'] }).certificate,
  ]) {
    const pem = await open(chain).open()
    expect(plain(pem ?? '')).toBe(plain(chain))
  }
})

test('a chain that an attacker can make gives none', async () => {
  const strange = createAuthority('Root')
  const forgedLeaf = strange.issue({ hosts: ['signs.paypal.example'] })
  // A certificate of the authority that is no authority itself.
  const notAuthority = root.issue({ hosts: ['evil.example'] })
  const cases: Readonly<Record<string, string | null>> = {
    nothing: null,
    'no certificate': 'hello',
    'a damaged certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    'an authority of the same name': forgedLeaf.certificate,
    'its chain': forgedLeaf.certificate + strange.certificate,
    'a strange first certificate before a good chain': forgedLeaf.certificate + middle.certificate + root.certificate,
    'an issuer that is no authority': forgedLeaf.certificate + notAuthority.certificate,
    'a chain without its middle': leaf.certificate,
    'an authority, which signs for others': middle.certificate + root.certificate,
    'the root alone': root.certificate,
  }
  for (const [name, chain] of Object.entries(cases)) expect(await open(chain).open(), name).toBeNull()
})

test('a certificate is valid at the time at which the event arrived', async () => {
  const day = 86_400_000
  const [from, until] = [new Date(Date.now() - 2 * day), new Date(Date.now() - day)]
  const past = root.issue({ hosts: ['direct.example.com'], from, until }).certificate
  expect(await open(past).open()).toBeNull()
  expect(await open(past, new Date(Date.now() - 1.5 * day)).open()).not.toBeNull()
  expect(await open(past, new Date(Date.now() - 3 * day)).open()).toBeNull()
})

test('a chain is fetched once a day, one that is missing once a minute, and a failure is not remembered', async () => {
  const good = open(leaf.certificate + middle.certificate)
  await Promise.all([good.open(), good.open()])
  good.pass(86_399_000)
  await good.open()
  expect(good.fetches()).toBe(1)
  good.pass(2_000)
  await good.open()
  expect(good.fetches()).toBe(2)

  const missing = open(null)
  await missing.open()
  await missing.open()
  expect(missing.fetches()).toBe(1)
  missing.pass(61_000)
  await missing.open()
  expect(missing.fetches()).toBe(2)

  const away = open(() => Promise.reject(new Error('away')))
  await expect(away.open()).rejects.toThrow('away')
  await expect(away.open()).rejects.toThrow('away')
  expect(away.fetches()).toBe(2)
})
