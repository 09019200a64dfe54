import { expect, test } from 'vitest'
import { html } from '../../src/page/html.ts'

const hostile = `<script>alert(1)</script>" onload='x' & <b>`

test('a value is text, in an element and in an attribute', () => {
  const { markup } = html`<a title="${hostile}">${hostile}</a>`
  const text = '&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp; &lt;b&gt;'
  expect(markup).toBe(`<a title="${text}">${text}</a>`)
})

test('markup within markup stays, and so do lists of it', () => {
  expect(html`<ul>${[1, 2].map((value) => html`<li>${value}</li>`)}</ul>`.markup).toBe('<ul><li>1</li><li>2</li></ul>')
})

test('nothing is written for what is absent, and a zero is written', () => {
  expect(html`${undefined}${null}${false}${0}${''}`.markup).toBe('0')
})

test('an object with the keys of markup, as a row may hold, is text', () => {
  const forged = JSON.parse('{"markup":"<script>"}')
  expect(html`${forged}`.markup).toBe('{&quot;markup&quot;:&quot;&lt;script&gt;&quot;}')
})

test('what looks like a secret is not written', () => {
  expect(html`${'the key sk_live_abcdefghijkl is wrong'}`.markup).toBe('the key [secret] is wrong')
})

test('characters that turn the direction of text round, and nulls, are replaced', () => {
  expect(html`${'a\u202Eb\u2066c\0d'}`.markup).toBe('a\u{FFFD}b\u{FFFD}c\u{FFFD}d')
})
