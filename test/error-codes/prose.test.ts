import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/error-codes/error-codes.ts'
import type { Explanation, Retried } from '../../src/error-codes/explanation.ts'
import { type Raised, raisedErrors } from './raised-errors.ts'
import { faultsOf, isAdvice, saysWhatToDo, sentencesIn } from './sentences.ts'

/*
 * Every error code: its explanation in docs/errors.md, and the messages that are raised with it.
 */

const codes: readonly (readonly [code: string, explanation: Explanation])[] = Object.entries(errorCodes)

test.each(codes)('%s is explained in sentences, and says what to do', (_, { happened, do: action, retried }) => {
  expect(faultsOf(happened)).toEqual([])
  expect(faultsOf(action)).toEqual([])
  expect(happened).toMatch(/^[A-Z`]/)
  const [first = ''] = sentencesIn(action)
  const passes: readonly Retried[] = ['outage', 'other worker', 'other job', 'next job', 'next read', 'yes']
  expect(isAdvice(first) || (/^Nothing\b/.test(first) && passes.includes(retried))).toBe(true)
})

// What operations answer to a command is no error of a job.
const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !/^(error-codes|sandbox|cli|local|operations)/.test(path),
)
const source = paths.map((path) => readFileSync(join('src', path), 'utf8')).join('\n')

/** The messages that are one literal, with an x for each value. Those of values alone are built elsewhere. */
const literals: readonly Raised[] = [
  ...source.matchAll(/new SyncError\(\s*'\w+',\s*(?:'(\w+)'|answerTooLarge),\s*('[^'\n]+'|"[^"\n]+"|`[^`]+`)/g),
  ...source.matchAll(/\breason(?:: | = )()(`[^`]+`|'item: [^']+')/g),
  ...source.matchAll(/\bconst login\w+ =\n\s+()('[^'\n]+')/g),
]
  .map(([, code = 'answer_too_large', text = '']) => ({
    code,
    message: text.slice(1, -1).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'x'),
  }))
  .filter(({ message }) => !/^\w+:(?: x\.?)+$/.test(message))
const raised = [...literals, ...(await raisedErrors())]

/** Codes that no job ends with. */
const onlyLogged: ReadonlySet<string> = new Set([
  'invalid_setting',
  'row_security_bypassed',
  'login_owns_tables',
  'invalid_item',
  'too_deep',
])

test('every code of an error has messages to look at', () => {
  const seen = new Set(raised.map(({ code }) => code))
  expect(codes.map(([code]) => code).filter((code) => !seen.has(code) && !onlyLogged.has(code))).toEqual([])
  expect(literals.length).toBeGreaterThan(25)
})

test.each(raised.map(({ code, message }) => [code, message] as const))('%s: %s', (code, message) => {
  const text = message.replace(/^[a-z]\w*: /, '')
  // A line of the log has no subject.
  expect(code === '' || text !== message).toBe(true)
  expect(faultsOf(text)).toEqual([])
  expect(saysWhatToDo(text) || goesOn.get(code)?.test(text) === true).toBe(true)
})

/** Errors after which the worker goes on by itself say so. */
const goesOn: ReadonlyMap<string, RegExp> = new Map([
  ['cursor_gone', / The worker reads that part again\.$/],
  ['window_too_large', / The worker reads it in halves\.$/],
  ['account_busy', /\. The worker sends the message again, and its job runs after that\.$/],
  ['fenced', /, and goes on with it\.$/],
])

test('the rules see what they are for', () => {
  const long = `${'word '.repeat(26)}end.`
  expect(faultsOf(long)).toHaveLength(1)
  expect(faultsOf('the key is not accepted')).toEqual(['no full stop: the key is not accepted'])
  expect(faultsOf('The key; it is: wrong; yes.')).toHaveLength(1)
  expect(faultsOf('Please ask somebody.')).toHaveLength(1)
  expect(faultsOf('What failed is the key.')).toHaveLength(1)
  expect(faultsOf('The host is "a: b; c: d" (a: b; c: d). Check a, b, c, d, e and f.')).toEqual([])
  expect(saysWhatToDo('the key is not accepted. Put a valid key there.')).toBe(true)
  expect(saysWhatToDo('the key is not accepted (401).')).toBe(false)
})
