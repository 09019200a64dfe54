import { describe, expect, it } from 'vitest'
import { JsonScanner, notScanned } from '../../src/json/scanner.ts'
import { examples } from '../providers/stripe-objects.ts'
import { createRandom } from '../support/random.ts'
import { malformedValues } from './malformed.ts'

/** Whether the scanner takes the whole text for a value. */
function scans(text: string | Buffer): boolean {
  const scan = new JsonScanner(Buffer.from(text))
  try {
    scan.space()
    scan.value()
    scan.space()
    return scan.at === scan.json.length
  } catch (error) {
    if (error === notScanned) return false
    throw error
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the scanner', () => {
  it('takes what is JSON, however it is written', () => {
    for (const value of [...malformedValues, ...examples.values()])
      for (const space of [undefined, 2, '\t']) {
        const text = JSON.stringify(value, null, space)
        if (text !== undefined) expect([text, scans(` \r\n${text}\t `)]).toEqual([text, true])
      }
    for (const text of [
      '-0',
      '0.0',
      '1e5',
      '1E-5',
      '-1.25e+300',
      '"\\u00e4\\/\\b\\f\\n\\r\\t\\"\\\\"',
      '"ä€😀"',
      '[ ]',
      '{ }',
    ])
      expect([text, scans(text)]).toEqual([text, true])
  })

  it.each([
    ...[
      '',
      ' ',
      '01',
      '-',
      '+1',
      '.5',
      '1.',
      '1e',
      '1e+',
      '0x1',
      'tru',
      'trux',
      'nul',
      'fals',
      'falsy',
      'NaN',
      'Infinity',
      "'a'",
    ],
    ...[
      '"',
      '"\\',
      '"\\x"',
      '"\\u12g4"',
      '"\\u12"',
      '"a\nb"',
      '"a\u0000b"',
      '[',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[1 2]',
      '1 2',
      '[1}',
    ],
    ...[
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{,}',
      '{a:1}',
      '{"a" 1}',
      '{1:1}',
      '{"a":1]',
      '{"a":1 "b":2}',
      '[1]]',
    ],
  ])('does not take %j', (text) => {
    expect(parses(text)).toBe(false)
    expect(scans(text)).toBe(false)
  })

  it('leaves very deep nesting to others', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect([scans(nested(64)), scans(nested(65)), scans(nested(1_000_000))]).toEqual([true, false, false])
  })

  it('agrees with JSON.parse on 40,000 damaged texts', () => {
    const random = createRandom(20_261_127)
    const texts = [...examples.values()].map((example) => JSON.stringify(example).slice(0, 400))
    const pieces = [...'{}[]",:\\ \n-+.eE0159tfnu', 'null', 'true', '\\u0000', '\\"', '"a":']
    let taken = 0
    for (let n = 0; n < 40_000; n++) {
      const whole = random.chance(0.5) ? JSON.stringify(random.pick(malformedValues)) : random.pick(texts)
      const at = random.below(whole.length + 1)
      const text = whole.slice(0, at) + random.pick(pieces) + whole.slice(at + random.below(3))
      expect([text, scans(text)]).toEqual([text, parses(text)])
      if (scans(text)) taken++
    }
    expect(taken).toBeGreaterThan(2_000)
  })
})
