import { expect, test } from 'vitest'
import { formatRow, formatTable } from '../../src/cli/table.ts'

/** What a customer may call themselves, and what a terminal would take for orders. */
const hostile = {
  'clears the screen': '\u001b[2J\u001b[H',
  'sets the clipboard': '\u001b]52;c;cm0gLXJmIH4=\u0007',
  'is an escape of eight bits': '\u009b31m',
  'goes back over what was printed': 'paid\b\b\b\bfree',
  'turns the line around': '\u202e\u2066evil',
  'is deleted': 'a\u007fb',
}

test.each(Object.entries(hostile))('a value that %s is shown and not obeyed', (_, text) => {
  const row = { name: text, metadata: { [text]: text } }
  for (const shown of [formatTable([row]), formatRow(row)])
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
})

test('letters of any script, and what joins them, are left alone', () => {
  const names = ['Jörg Groß', '日本語', '👩‍👩‍👧 & Söhne', 'עברית']
  for (const name of names) expect(formatTable([{ name }])).toContain(name)
})

test('bytes are shown as Postgres writes them', () => {
  expect(formatRow({ raw_sha256: Buffer.from([0, 255]) })).toBe('  raw_sha256  \\x00ff')
})
