import { describe, expect, it } from 'vitest'
import { sentenceOf } from '../../src/http/sentence.ts'
import { missingPermissions } from '../../src/providers/stripe/permissions.ts'

const key = 'rk_live_51Abc0123456789secretEnd'
const masked = `rk_live_${'*'.repeat(20)}tEnd`

describe("Stripe's own sentence", () => {
  it('is kept as it is, in single quotation marks', () => {
    expect(sentenceOf('No such plan: "gold"; a similar object exists in test mode.', key)).toBe(
      "No such plan: 'gold'; a similar object exists in test mode.",
    )
  })

  const leaks: Readonly<Record<string, string>> = {
    'the key': `Invalid key ${key}.`,
    'the key in quotation marks': `The provided key '${key}' may not.`,
    'the key with other characters around it': `token=Bearer%20${key}&x`,
    'a part of the key': `The key ends with ${key.slice(-10)}.`,
    'the key as Stripe masks it': `The provided key '${masked}' may not.`,
    'the key over two lines': `key:\n${key}`,
    'the key in basic authentication': `No Basic ${Buffer.from(`user:${key}`).toString('base64')}.`,
    'another key': 'Use sk_live_anotherSecret123 instead.',
  }
  for (const [title, message] of Object.entries(leaks))
    it(`has nothing of ${title}`, () => {
      const sentence = sentenceOf(message, key) ?? ''
      expect(sentence).toContain('[secret]')
      for (let at = 0; at + 8 <= key.length; at++) if (at > 0) expect(sentence).not.toContain(key.slice(at, at + 8))
      expect(sentence).not.toMatch(/tEnd|anotherSecret/)
    })

  it('has no e-mail address, control character or line break', () => {
    expect(sentenceOf('No such customer:\u0000\u001b[31m ann@example.com\r\nforged line\u2028', key)).toBe(
      'No such customer: [31m [address] forged line',
    )
  })

  it('is bounded, and is well-formed where it ends', () => {
    const sentence = sentenceOf('👍 '.repeat(1_000_000), key) ?? ''
    expect(sentence.length).toBeLessThanOrEqual(301)
    expect(sentence.isWellFormed()).toBe(true)
    expect(sentence.endsWith('…')).toBe(true)
  })

  it.each([undefined, null, 7, {}, '', '   ', '\u0000'])('is null if there is none: %j', (message) => {
    expect(sentenceOf(message, key)).toBeNull()
  })
})

describe('the missing permissions', () => {
  it('are those that the sentence names, once each', () => {
    const message =
      "Having the 'rak_customer_read' or 'rak_charge_read' permission, rak_customer_read, would allow this."
    expect(missingPermissions(message)).toEqual(['rak_customer_read', 'rak_charge_read'])
  })

  it('are none if the sentence names none, and few if it names many', () => {
    expect(missingPermissions('You may not.')).toEqual([])
    expect(missingPermissions(undefined)).toEqual([])
    const many = Array.from({ length: 30 }, (_, at) => `rak_${'abcdefghijklmnopqrstuvwxyzabcd'.slice(at)}_read`).join(
      ' ',
    )
    expect(missingPermissions(many)).toHaveLength(5)
  })
})
