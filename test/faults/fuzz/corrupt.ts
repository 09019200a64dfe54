import type { createRandom } from '../../support/random.ts'

type Random = ReturnType<typeof createRandom>

/** A spoiled object: its bytes, and the columns that must be null because their field has a shape nobody knows. */
export interface Corrupted {
  readonly bytes: Buffer
  readonly empty: readonly string[]
  readonly intact: boolean
}

interface Draft {
  /** JSON text. */
  text: string
  empty: string[]
  readonly original: string
}

type Fields = Record<string, unknown>

/** Ways to corrupt an object. Each gets its text and says what is wrong with it; several may follow each other. */
const ways: Readonly<Record<string, (draft: Draft, random: Random) => void>> = {
  'NUL in text': (draft, random) => put(draft, anyField(draft, random, 'string'), `a\u0000${random.below(9)}`),
  'NUL in a key': (draft) => add(draft, 'k\u0000', { '\u0000': 1 }),
  'half a pair in text': (draft, random) =>
    put(draft, anyField(draft, random, 'string'), random.pick(['x\ud800', '\udc00y', '\ude00\ud83d'])),
  'half a pair in a key': (draft) => add(draft, 'k\ud800', 'x\udfff'),
  'a whole pair, escaped': (draft) => append(draft, `"pair":"\\ud83d\\ude00 \\\\u0000 \\\\\\ud83d\\uDE00"`),
  'an integer beyond 2^53': (draft, random) =>
    append(draft, `"big":${random.pick(['9007199254740993', '-9223372036854775809', `${'9'.repeat(40)}`])}`),
  'an amount beyond 2^53': (draft, random) => raw(draft, anyField(draft, random, 'number'), '9007199254740993', true),
  'a decimal as it was sent': (draft) =>
    append(draft, `"d":[1.10,0.30000000000000004,1e2,1E400,-0.0,123456789012345678901234567890.123456789]`),
  'a number beyond Postgres': (draft, random) =>
    append(draft, `"huge":${random.pick(['1e400000', '-1E999999', '[{"x":1e200000}]'])}`),
  'a number beyond Postgres for a column': (draft, random) =>
    raw(draft, anyField(draft, random, 'number'), '1e400000', true),
  'a number as text': (draft, random) => wrong(draft, anyField(draft, random, 'number'), 'twelve'),
  'text as a number': (draft, random) => {
    const field = anyField(draft, random, 'string')
    // A decimal may be sent as either.
    if (!field.includes('decimal')) wrong(draft, field, 5)
  },
  'an object for a value': (draft, random) =>
    wrong(draft, anyField(draft, random, random.pick(['string', 'number', 'boolean'])), {}),
  'a list for a value': (draft, random) =>
    wrong(draft, anyField(draft, random, random.pick(['string', 'number', 'boolean'])), [null, 1]),
  'a flag as text': (draft, random) => wrong(draft, anyField(draft, random, 'boolean'), 'true'),
  'metadata that is none': (draft, random) => wrong(draft, 'metadata', random.pick(['x', 5, [], true])),
  'a missing field': (draft, random) =>
    drop(draft, anyField(draft, random, random.pick(['string', 'number', 'boolean', 'object']))),
  'a null field': (draft, random) =>
    put(draft, anyField(draft, random, random.pick(['string', 'number', 'boolean', 'object'])), null),
  'fields that mean something to JavaScript': (draft) =>
    append(draft, `"__proto__":{"id":"x","created":5},"constructor":{"prototype":null},"toString":1`),
  'a field twice': (draft) => append(draft, `"extra":1,"extra":{"a":1,"a":2}`),
  'a date in milliseconds': (draft, random) => date(draft, random.pick([1_700_000_000_000, 99_999_999_999_999])),
  'a date that is none': (draft, random) =>
    date(draft, random.pick(['abc', 'NaN', -1, -62_135_596_801, 1.5, 1e20, 253_402_300_800, {}, [], null])),
  'a date beyond doubles': (draft) => raw(draft, timeField(draft), '1e999', false),
  'no date': (draft) => drop(draft, timeField(draft)),
  'SQL in text': (draft, random) =>
    put(draft, anyField(draft, random, 'string'), `'); drop table customers; --\\" $1 {} %s`),
  'an id of SQL': (draft, random) =>
    put(draft, 'id', `x'; drop table invoices;--"\\ %2e%2e/?#&,{}[]${random.below(1e9)}`),
  'an id of other letters': (draft, random) => put(draft, 'id', `ü😀\u2028 ${random.below(1e9)}`),
  'an id of 1,024 bytes': (draft, random) => put(draft, 'id', `${'i'.repeat(1_015)}${100_000_000 + random.below(9e8)}`),
  'an id of 3,000 characters': (draft, random) =>
    put(draft, 'id', `${'i'.repeat(2_991)}${100_000_000 + random.below(9e8)}`),
  'an id with NUL': (draft) => put(draft, 'id', 'cus_\u0000'),
  'an id with half a pair': (draft) => put(draft, 'id', 'cus_\ud83d'),
  'an id that is none': (draft, random) => put(draft, 'id', random.pick([5, '', null, {}, [], true, ['x']])),
  'no id': (draft) => drop(draft, 'id'),
  'no object at all': (draft, random) => {
    draft.text = random.pick(['null', '5', '"x"', '[]', 'true', '[{"id":"x"}]', '{}'])
  },
  'nested 500 deep': (draft) => append(draft, `"deep":${'['.repeat(500)}${']'.repeat(500)}`),
  'bytes that are not UTF-8': (draft) => append(draft, `"latin":"${invalid}"`),
}

/** Too large or too deep: one object in a hundred is spoiled in one of these ways. */
const large: Readonly<Record<string, (draft: Draft) => void>> = {
  'nested 100,000 deep': (draft) => append(draft, `"deep":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  'metadata nested 100,000 deep': (draft) =>
    append(draft, `"metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  'metadata in lists, 100,000 deep': (draft) =>
    append(draft, `"metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  'a megabyte of metadata': (draft) =>
    append(draft, `"metadata":{${Array.from({ length: 50 }, (_, at) => `"k${at}":"${'m'.repeat(20_000)}"`).join()}}`),
  'a megabyte of text in a column': (draft) => append(draft, `"description":"${'d'.repeat(1_000_000)}"`),
}

/** Stands for bytes that no text has. */
const invalid = '\u{F0000}'

/** The object as it is, or spoiled in one to three ways. */
export function corrupt(object: Readonly<Fields>, random: Random): Corrupted {
  const original = JSON.stringify(object)
  const draft: Draft = { text: original, empty: [], original }
  if (random.chance(0.5)) {
    for (let n = random.below(3); n >= 0; n--) random.pick(Object.values(ways))(draft, random)
  } else if (random.chance(0.02)) random.pick(Object.values(large))(draft)
  const [first = '', ...rest] = draft.text.split(invalid)
  const broken = Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80])
  const bytes = Buffer.concat([Buffer.from(first), ...rest.flatMap((part) => [broken, Buffer.from(part)])])
  return { bytes, empty: [...new Set(draft.empty)], intact: draft.text === original }
}

/** A field of the object with such a value, other than those that say what and which it is. */
function anyField({ text }: Draft, random: Random, type: string): string {
  const names = Object.entries(parse(text))
    .filter(
      ([name, value]) => typeof value === type && value !== null && !fixedNames.has(name) && !name.includes('\ufffd'),
    )
    .map(([name]) => name)
  return names.length > 0 ? random.pick(names) : 'metadata'
}

const fixedNames = new Set([
  'id',
  'object',
  'created',
  'date',
  'lines',
  'items',
  'big',
  'd',
  'huge',
  'deep',
  'latin',
  'pair',
])

const timeField = ({ text }: Draft) => (Object.hasOwn(parse(text), 'date') ? 'date' : 'created')

function parse(text: string): Fields {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** Puts a value in a field's place in the text; what the text says of other fields stays byte for byte. */
function raw(draft: Draft, field: string, value: string, keepsColumn: boolean): void {
  append(draft, `${JSON.stringify(field)}:${value}`)
  if (!keepsColumn) draft.empty.push(field === 'created' || field === 'date' ? 'created_at' : field)
}

function put(draft: Draft, field: string, value: unknown): void {
  append(draft, `${JSON.stringify(field)}:${JSON.stringify(value)}`)
  draft.empty = draft.empty.filter((name) => name !== field)
}

const add = put

/** A value of another kind than the field has. Corrupted twice it may have come back to its own kind: then it fills its column. */
function wrong(draft: Draft, field: string, value: unknown): void {
  put(draft, field, value)
  if (kindOf(value) !== kindOf(parse(draft.original)[field])) draft.empty.push(field)
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value)

function date(draft: Draft, value: unknown): void {
  const field = timeField(draft)
  put(draft, field, value)
  draft.empty.push('created_at')
}

function drop(draft: Draft, field: string): void {
  // It is written again by JSON.stringify: not where anything would be changed by that.
  if (draft.text !== draft.original) return
  const { [field]: _, ...rest } = parse(draft.text)
  draft.text = JSON.stringify(rest)
  if (field === timeField({ ...draft, text: draft.original })) draft.empty.push('created_at')
}

/** The last of two fields of one name is the one that counts. */
function append(draft: Draft, member: string): void {
  if (!draft.text.startsWith('{')) return
  const field = String(JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(member)?.[0] ?? '""'))
  draft.empty = draft.empty.filter(
    (name) => name !== field && !(name === 'created_at' && (field === 'created' || field === 'date')),
  )
  draft.text = draft.text === '{}' ? `{${member}}` : `${draft.text.slice(0, -1)},${member}}`
}
