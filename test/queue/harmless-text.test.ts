import { expect, test } from 'vitest'
import { isHarmlessText } from '../../src/queue/harmless-text.ts'

test('a word as long as a value may be is judged at once, whatever it ends with', () => {
  const word = 'a'.repeat(199)
  expect(isHarmlessText(word)).toBe(true)
  expect(isHarmlessText(`${word}A`)).toBe(false)
  expect(isHarmlessText(`${word}A`, { asName: true })).toBe(false)
})

test.each([
  ['InvoiceItems', {}, true],
  ['sub_item-list.', {}, true],
  ['xKqRtLmWz', {}, false],
  ['aB', { asName: true }, true],
  ['getALongName', { asName: true }, false],
  ['getLongName', { asName: true }, true],
])('%s is plain words or is not', (text, kind, harmless) => {
  expect(isHarmlessText(text, kind)).toBe(harmless)
})

test.each([
  ['a'.repeat(200), true],
  ['a'.repeat(201), false],
  ['abcdef1', true],
  ['abcdefg1', false],
  ['1234567890.1234567890', true],
  ['1234567890.12345678901', false],
])('a text is no longer than plain words are: %s', (text, harmless) => {
  expect(isHarmlessText(text)).toBe(harmless)
})
