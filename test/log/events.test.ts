import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logEvents } from '../../src/log/events.ts'

const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && path !== join('log', 'events.ts'),
)
const source = paths.map((path) => readFileSync(join('src', path), 'utf8')).join('\n')

test('every event of the log is one that the source logs', () => {
  const names = Object.keys(logEvents)
  expect(names.filter((name) => !new RegExp(`event: .*'${name}'`).test(source))).toEqual([])
})

test('every line of the log has an event', () => {
  const calls = source.split(/\blog\.(?:info|warn|error)\(|createLambdaLog\('error'\)\.error\(/).slice(1)
  expect(calls.length).toBeGreaterThan(15)
  expect(calls.map((call) => call.slice(0, 200)).filter((call) => !call.includes('event: '))).toEqual([])
})
