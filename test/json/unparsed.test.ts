import { expect, test } from 'vitest'
import { measureJson, repeatedKeys, replaceTexts, textsIn } from '../../src/json/unparsed.ts'

test('the size of JSON is that of its values, whatever signs its texts have', () => {
  expect(measureJson('{"a": [1, {"b": 2}], "c": []}')).toEqual({ depth: 3, keys: 3, containers: 4, commas: 2 })
  expect(measureJson(JSON.stringify({ 'a,{[:"\\': ']},"\\\\' }))).toEqual({
    depth: 1,
    keys: 1,
    containers: 1,
    commas: 0,
  })
})

test('text that is cut has the size of what is there', () => {
  expect(measureJson('{"a":{"b":1,"c')).toEqual({ depth: 2, keys: 2, containers: 2, commas: 1 })
})

test('a key that one object has twice is named, and keys of two objects are not', () => {
  expect(repeatedKeys('{"a":{"b":1},"c":{"b":2,"\\u0062":3},"d":[{"a":1}],"a":4}')).toEqual(['b', 'a'])
})

test('the texts of damaged JSON are those that are whole, with their escapes read', () => {
  expect(textsIn('{"a":"\\u0062","c":"d\\"e","\\x":1,"f')).toEqual(['a', 'b', 'c', 'd"e', '\\x'])
})

test('texts are replaced by their key, and keys, numbers and blanks stay as they are written', () => {
  const json = '{"a" : "b\\"c", "n": 1.50, "list": ["d", "e"]}'
  const seen: string[][] = []
  const replaced = replaceTexts(json, (quoted, key) => {
    seen.push([key, quoted])
    return '"x"'
  })
  expect(seen).toEqual([
    ['a', '"b\\"c"'],
    ['list', '"d"'],
    ['', '"e"'],
  ])
  expect(replaced).toBe('{"a" : "x", "n": 1.50, "list": ["x", "x"]}')
})
