import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ErrorCode, errorCodes } from '../../src/error-codes/error-codes.ts'
import type { Retried } from '../../src/error-codes/explanation.ts'
import type { Scope, Verdict } from '../../src/errors.ts'
import { isOutage } from '../../src/job/outage.ts'

const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !/^(error-codes|sandbox|cli|local)/.test(path),
)
const source = paths.map((path) => readFileSync(join('src', path), 'utf8')).join('\n')

/** Every error that the source makes with a literal verdict and code. */
const made = [
  ...source.matchAll(/new SyncError\(\s*'(\w+)',\s*'(\w+)'/g),
  ...source.matchAll(/\b(retry|reject)\('(\w+)'/g),
  // A refusal of the provider, by its scope.
  ...source.matchAll(/\brefuse\(\s*'(\w+)',\s*'(\w+)'/g),
].map(([, verdict = '', code = '']) => [verdict, code] as const)

test('every error the source makes is explained', () => {
  expect(made.length).toBeGreaterThan(30)
  expect(made.map(([, code]) => code).filter((code) => !(code in errorCodes))).toEqual([])
})

test('every code of an item that is rejected, of a wait, and of a line of the log is explained', () => {
  const others = [...source.matchAll(/\bcode(?:: ErrorCode)?(?:: | = )'(\w+_\w+)'/g)].map(([, code = '']) => code)
  expect([...new Set(others)].sort()).toEqual([
    'invalid_item',
    'invalid_setting',
    'login_owns_tables',
    'provider_unreachable',
    'received_too_often',
    'row_security_bypassed',
    'too_deep',
  ])
  expect(others.filter((code) => !(code in errorCodes))).toEqual([])
})

test('every code that is explained is in use', () => {
  expect(Object.keys(errorCodes).filter((code) => !source.includes(`'${code}'`))).toEqual([])
})

test('who tries again is what the verdict says', () => {
  const retried: Readonly<Record<Verdict | Exclude<Scope, 'account' | 'provider'>, Retried>> = {
    retry: 'yes',
    reject: 'no',
    object: 'next job',
    page: 'yes',
    resource: 'next job',
    unreadable: 'dead letter',
    busy: 'other job',
    fenced: 'other worker',
  }
  // A command rejects these, and a worker does not start with them: it rejects no message.
  const command: readonly string[] = ['no_database', 'invalid_custom_provider', 'invalid_setting']
  expect(command.map((code) => errorCodes[code as ErrorCode].retried)).toEqual(command.map(() => 'next start'))
  const expected = (verdict: keyof typeof retried, code: ErrorCode): Retried =>
    verdict === 'retry' && isOutage({ verdict, code }) ? 'outage' : retried[verdict]
  const wrong = made.filter(
    ([verdict, code]) =>
      !command.includes(code) &&
      expected(verdict as keyof typeof retried, code as ErrorCode) !== errorCodes[code as ErrorCode].retried,
  )
  expect(wrong).toEqual([])
})
