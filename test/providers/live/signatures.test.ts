import { createHmac, createSign, generateKeyPairSync, type KeyLike } from 'node:crypto'
import { crc32 } from 'node:zlib'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import type { SignedEvent } from '../../../src/provider/live.ts'
import { certificateUrl, verify as paypal } from '../../../src/providers/paypal/live/signature.ts'
import { verify as shopify } from '../../../src/providers/shopify/live/signature.ts'
import { verify as square } from '../../../src/providers/square/live/signature.ts'
import { verify as stripe } from '../../../src/providers/stripe/live/signature.ts'
import { createAuthority } from '../../../src/sandbox/server/certificates.ts'

const receivedAt = new Date('2026-11-28T13:43:10Z')
const t = receivedAt.getTime() / 1_000
const body = Buffer.from('{ "id": "evt_1", "name": "Zoë 😀" }')
const other = Buffer.from('{"id":"evt_1","name":"Zoë 😀"}')

function signed(headers: Readonly<Record<string, string>>, more: Partial<SignedEvent> = {}): SignedEvent {
  return { body, headers, receivedAt, signedFor: null, certificate: null, ...more }
}

describe('stripe', () => {
  const sign = (secret: string, time = t, text = body) =>
    createHmac('sha256', secret).update(`${time}.`).update(text).digest('hex')
  const verdict = (header: string, more: Partial<SignedEvent> = {}, secrets = ['whsec_new', 'whsec_old']) =>
    stripe(signed({ 'stripe-signature': header }, more), secrets)

  test('a signature is genuine with each of the secrets', () => {
    expect(verdict(`t=${t},v1=${sign('whsec_new')}`)).toBe('genuine')
    expect(verdict(`t=${t},v1=${sign('whsec_old')}`)).toBe('genuine')
    expect(verdict(`t=${t},v1=${sign('whsec_else')},v1=${sign('whsec_old')},v0=x`)).toBe('genuine')
    expect(verdict(`t=${t}, v1=${sign('whsec_new')}`)).toBe('genuine')
  })

  test('the header of Stripe’s own library is genuine', () => {
    const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({
      payload: body.toString(),
      secret: 'whsec_new',
      timestamp: t,
    })
    expect(verdict(header)).toBe('genuine')
  })

  test('another body, secret or time is forged', () => {
    expect(verdict(`t=${t},v1=${sign('whsec_new')}`, { body: other })).toBe('forged')
    expect(verdict(`t=${t + 1},v1=${sign('whsec_new')}`)).toBe('forged')
    expect(verdict(`t=${t},v1=${sign('whsec_else')}`)).toBe('forged')
    expect(verdict(`t=${t},v1=${sign('whsec_new').slice(0, 63)}`)).toBe('forged')
    expect(verdict(`t=${t},v1=${sign('whsec_new')}`, {}, [])).toBe('forged')
    expect(verdict(`t=${t},v1=${sign('')}`, {}, [])).toBe('forged')
  })

  test('no scheme but v1 counts, and there is one time', () => {
    for (const header of [
      '',
      `t=${t}`,
      `v1=${sign('whsec_new')}`,
      `t=${t},v0=${sign('whsec_new')}`,
      `t=${t},v2=${sign('whsec_new')}`,
      `t=${t},t=${t + 900},v1=${sign('whsec_new')}`,
      `t=1e9,v1=${sign('whsec_new')}`,
      `t=-1,v1=${sign('whsec_new')}`,
    ])
      expect(verdict(header), header).toBe('unsigned')
  })

  test('the tolerance of 300 seconds is against the time of arrival, before and after', () => {
    const header = `t=${t},v1=${sign('whsec_new')}`
    const after = (seconds: number) => verdict(header, { receivedAt: new Date(receivedAt.getTime() + seconds * 1_000) })
    expect([-301, -300, 300, 301].map(after)).toEqual(['too-old', 'genuine', 'genuine', 'too-old'])
  })
})

describe('square', () => {
  const url = 'https://hooks.example.com/square/k7Qw'
  const sign = (key: string, address = url) => createHmac('sha256', key).update(address).update(body).digest('base64')
  const verdict = (signature: string | null, more: Partial<SignedEvent> = {}) =>
    square(
      signed(signature === null ? {} : { 'x-square-hmacsha256-signature': signature }, { signedFor: url, ...more }),
      ['new', 'old'],
    )

  test('the notification URL and the body are signed', () => {
    expect(verdict(sign('new'))).toBe('genuine')
    expect(verdict(sign('old'))).toBe('genuine')
    expect(verdict(sign('else'))).toBe('forged')
    expect(verdict(sign('new'), { body: other })).toBe('forged')
    expect(verdict(sign('new'), { signedFor: `${url}/` })).toBe('forged')
    expect(verdict(createHmac('sha256', 'new').update(body).digest('base64'))).toBe('forged')
    expect(verdict(null)).toBe('unsigned')
    expect(verdict(sign('new', ''), { signedFor: null })).toBe('unsigned')
  })
})

describe('shopify', () => {
  const sign = (key: string) => createHmac('sha256', key).update(body).digest('base64')
  const verdict = (signature: string | null, more: Partial<SignedEvent> = {}) =>
    shopify(signed(signature === null ? {} : { 'x-shopify-hmac-sha256': signature }, more), ['new', 'old'])

  test('the body is signed', () => {
    expect([verdict(sign('new')), verdict(sign('old'))]).toEqual(['genuine', 'genuine'])
    expect(verdict(sign('else'))).toBe('forged')
    expect(verdict(`${sign('new')} `)).toBe('forged')
    expect(verdict(sign('new'), { body: other })).toBe('forged')
    expect(verdict(null)).toBe('unsigned')
    expect(verdict('')).toBe('unsigned')
  })
})

describe('paypal', () => {
  const { certificate: leaf, key: leafKey } = createAuthority('Test CA').issue({ hosts: ['signs.paypal.example'] })
  const sign = (webhook: string, key: KeyLike = leafKey, time = receivedAt.toISOString()) => ({
    'paypal-transmission-id': 'id-1',
    'paypal-transmission-time': time,
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-transmission-sig': createSign('sha256')
      .update(`id-1|${time}|${webhook}|${crc32(body)}`)
      .sign(key, 'base64'),
  })
  const verdict = (headers: Readonly<Record<string, string>>, more: Partial<SignedEvent> = {}) =>
    paypal(signed(headers, { signedFor: 'WH1', certificate: leaf, ...more }), [])

  test('the transmission, the webhook and the body are signed', () => {
    expect(verdict(sign('WH1'))).toBe('genuine')
    expect(verdict(sign('WH2'))).toBe('forged')
    expect(verdict(sign('WH1'), { body: other })).toBe('forged')
    expect(verdict({ ...sign('WH1'), 'paypal-transmission-id': 'id-2' })).toBe('forged')
    expect(verdict(sign('WH1', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))).toBe('forged')
    expect(verdict(sign('WH1'), { certificate: null })).toBe('forged')
    expect(verdict({ ...sign('WH1'), 'paypal-auth-algo': 'SHA1withRSA' })).toBe('unsigned')
    expect(verdict({})).toBe('unsigned')
    expect(verdict(sign('WH1'), { signedFor: null })).toBe('unsigned')
  })

  test('a transmission is genuine for the three days in which PayPal sends it again', () => {
    const after = (days: number) =>
      verdict(sign('WH1'), { receivedAt: new Date(receivedAt.getTime() + days * 86_400_000) })
    expect([-3.1, 2.9, 3.1].map(after)).toEqual(['too-old', 'genuine', 'too-old'])
    expect(verdict(sign('WH1', leafKey, 'yesterday'))).toBe('too-old')
  })

  test('certificates are at PayPal’s hosts, and nowhere else', () => {
    const url = (text: string) => certificateUrl({ 'paypal-cert-url': text })?.href ?? null
    for (const host of ['api.paypal.com', 'api-m.paypal.com', 'api.sandbox.paypal.com', 'api-m.sandbox.paypal.com'])
      expect(url(`https://${host}/v1/notifications/certs/CERT-360caa42-fca2a594`)).toContain(host)
    for (const wrong of [
      '',
      'CERT-1',
      'http://api.paypal.com/v1/notifications/certs/C',
      'https://api.paypal.com.evil.example/v1/notifications/certs/C',
      'https://evil.example/api.paypal.com/v1/notifications/certs/C',
      'https://evil@api.paypal.com/v1/notifications/certs/C',
      'https://api.paypal.com@evil.example/v1/notifications/certs/C',
      'https://api.paypal.com:8443/v1/notifications/certs/C',
      'https://api.paypal.com/v1/notifications/certs/../x',
      'https://api.paypal.com/v1/notifications/certs/C?next=https://evil.example',
      'https://api.paypal.com/v1/notifications/certs/C#x',
      'https://api.paypal.com/v1/oauth2/authorize',
      'https://www.paypal.com/v1/notifications/certs/C',
      'https://xapi.paypal.com/v1/notifications/certs/C',
      'https://127.0.0.1/v1/notifications/certs/C',
    ])
      expect(url(wrong), wrong).toBeNull()
  })
})
