import type { LookupAddress } from 'node:dns'
import { describe, expect, it, test } from 'vitest'
import { checkHost, pinned } from '../../src/http/pinned.ts'

const at = (...addresses: readonly string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

/** Answers one list after the other, then the last for ever. */
function resolver(...answers: readonly (readonly LookupAddress[] | Error)[]) {
  let lookups = 0
  const lookup = pinned(async () => {
    const answer = answers[Math.min(lookups++, answers.length - 1)]!
    if (answer instanceof Error) throw answer
    return answer
  })
  const find = (host = 'api.stripe.test', options: object = { all: true }) =>
    new Promise<unknown>((resolve, reject) => {
      lookup(host, options, (error, address, family) =>
        error ? reject(error) : resolve(family ? { address, family } : address),
      )
    })
  return { find, lookups: () => lookups }
}

describe('a name', () => {
  it('is resolved once, and its addresses stay what they were', async () => {
    const { find, lookups } = resolver(at('3.18.12.63', '2600:1f18::1'), at('127.0.0.1'))
    expect(await find()).toEqual(at('3.18.12.63', '2600:1f18::1'))
    expect(await Promise.all([find(), find(), find()])).toEqual(Array(3).fill(at('3.18.12.63', '2600:1f18::1')))
    expect(lookups()).toBe(1)
  })

  it('gives the address of the IP family that the connection needs', async () => {
    const { find } = resolver(at('3.18.12.63', '2600:1f18::1'))
    expect(await find('a.test', {})).toEqual({ address: '3.18.12.63', family: 4 })
    expect(await find('a.test', { family: 6 })).toEqual({ address: '2600:1f18::1', family: 6 })
    expect(await find('a.test', { family: 'IPv4', all: true })).toEqual(at('3.18.12.63'))
  })

  it('is resolved again if that failed', async () => {
    const { find } = resolver(new Error('EAI_AGAIN'), at('3.18.12.63'))
    await expect(find()).rejects.toThrow('EAI_AGAIN')
    expect(await find()).toEqual(at('3.18.12.63'))
  })

  it('localhost may lead to this machine, and nowhere else', async () => {
    expect(await resolver(at('127.0.0.1', '::1')).find('localhost')).toEqual(at('127.0.0.1', '::1'))
    await expect(resolver(at('3.18.12.63')).find('localhost')).rejects.toMatchObject({ code: 'host_refused' })
  })

  test.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '169.254.169.254',
    '169.254.170.2',
    'fd00:ec2::254',
    '100.64.0.1',
    '0.0.0.0',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '224.0.0.1',
    'fe80::1%eth0',
  ])('that leads to %s is refused, alone and among others', async (address) => {
    const refusal = {
      name: 'SyncError',
      verdict: 'retry',
      code: 'host_refused',
      message: expect.stringContaining('api.stripe.test'),
    }
    await expect(resolver(at(address)).find()).rejects.toMatchObject(refusal)
    await expect(resolver(at('3.18.12.63', address)).find()).rejects.toMatchObject(refusal)
    await expect(resolver(at(address, '3.18.12.63')).find('api.stripe.test', {})).rejects.toMatchObject(refusal)
  })

  it('without an address is refused', async () => {
    await expect(resolver([]).find()).rejects.toMatchObject({ code: 'host_refused' })
  })
})

it('an address in place of a name is checked as well', () => {
  for (const host of ['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fd00:ec2::254'])
    expect(() => checkHost(host)).toThrow('is not a public address')
  for (const host of ['127.0.0.1', '::1', '3.18.12.63', 'api.stripe.com']) checkHost(host)
})
