import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findServer } from '../../src/local/postgres-server.ts'
import { emptyDirectory, npmStartOnTerminal, run, start } from './program.ts'

/** The embedded server of a directory. */
const serverOf = (cwd: string) => findServer(join(cwd, '.data/pg'))

test('Ctrl-C says how to go on, and the next start with the same options goes on from there', async () => {
  const cwd = emptyDirectory()
  const args = ['--customers', '3000']
  const first = start(['start', ...args, '--latency', '3000'], { cwd })
  await first.seen(/ [1-9][\d,]* rows {3}/)
  first.child.kill('SIGINT')
  const interrupted = await first.ended
  expect(interrupted.code).toBe(130)
  expect(interrupted.stderr).toContain('stopping once the running batch is committed')
  expect(interrupted.stdout).toMatch(
    /interrupted: \d+ rows are stored\. To go on from there: npm start -- --customers 3000 --latency 3000\n$/,
  )
  expect(serverOf(cwd)).toBeUndefined()
  const { code, stdout } = await run(['start', ...args, '--latency', '0'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toMatch(/goes on {3}job \S+ of an earlier start is not finished/)
  expect(stdout).toMatch(/^ {2}deliveries +2$/m)
  expect(stdout).toMatch(/^ {2}customers .* 3000 +3000 +yes +·$/m)
  expect(serverOf(cwd)).toBeUndefined()
})

test('a second Ctrl-C ends the program at once and leaves no server behind', async () => {
  const cwd = emptyDirectory()
  const { child, seen, ended } = start(['start', '--latency', '30000'], { cwd })
  await seen(/ sent /)
  expect(existsSync(join(cwd, '.data/pg/postmaster.pid'))).toBe(true)
  child.kill('SIGINT')
  await seen(/Ctrl-C again stops at once/)
  await new Promise((done) => setTimeout(done, 600))
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130 })
  expect(serverOf(cwd)).toBeUndefined()
})

test('a start beside another says what it waits for, and the last one stops the server', async () => {
  const cwd = emptyDirectory()
  const first = start(['start', '--customers', '20000', '--latency', '1000'], { cwd })
  await first.seen(/ [1-9][\d,]* rows {3}/)
  const second = start(['start', '--resources', 'products'], { cwd })
  await second.seen(/waiting: worker "local \d+" holds job \S+ of this tenant, until \d\d:\d\d:\d\d or its end/)
  second.child.kill('SIGINT')
  expect(await second.ended).toMatchObject({ code: 130 })
  expect(serverOf(cwd)).toBeDefined()
  first.child.kill('SIGINT')
  await first.ended
  expect(serverOf(cwd)).toBeUndefined()
})

test('--keep leaves the server up for query, until query --stop', async () => {
  const cwd = emptyDirectory()
  expect(await run(['start', '--customers', '5', '--keep'], { cwd })).toMatchObject({ code: 0 })
  expect(serverOf(cwd)).toBeDefined()
  const { stdout } = await run(['query', 'select count(*) as n from customers'], { cwd })
  expect(stdout).toBe('  n\n  ─\n  5\n(1 row)\n')
  expect(serverOf(cwd)).toBeDefined()
  expect((await run(['query', '--stop'], { cwd })).stdout).toBe('The embedded database has stopped.\n')
  expect(serverOf(cwd)).toBeUndefined()
  expect((await run(['query', '--stop'], { cwd })).stdout).toBe('The embedded database is not running.\n')
})

const ctrlC = '\u0003'

test('Ctrl-C on the terminal of npm start says how to go on, and the next npm start goes on from there', async () => {
  const cwd = emptyDirectory()
  const args = ['--customers', '3000']
  const first = npmStartOnTerminal([...args, '--latency', '3000'], cwd)
  await first.seen(/ [1-9][\d,]* rows {3}/)
  first.press(ctrlC)
  const { code, stdout } = await first.ended
  expect(code).toBe(130)
  expect(stdout).toContain('stopping once the running batch is committed; Ctrl-C again stops at once')
  expect(stdout).toMatch(
    /interrupted: \d+ rows are stored\. To go on from there: npm start -- --customers 3000 --latency 3000/,
  )
  expect(serverOf(cwd)).toBeUndefined()
  const next = await npmStartOnTerminal([...args, '--latency', '0'], cwd).ended
  expect(next.code).toBe(0)
  expect(next.stdout).toMatch(/goes on {3}job \S+ of an earlier start is not finished/)
  expect(next.stdout).toMatch(/^ {2}customers .* 3000 +3000 +yes +·\r$/m)
  expect(serverOf(cwd)).toBeUndefined()
})

test('a second Ctrl-C on the terminal of npm start ends it at once and leaves no server behind', async () => {
  const cwd = emptyDirectory()
  const { press, seen, ended } = npmStartOnTerminal(['--latency', '30000'], cwd)
  await seen(/ sent /)
  expect(serverOf(cwd)).toBeDefined()
  press(ctrlC)
  await seen(/Ctrl-C again stops at once/)
  await new Promise((done) => setTimeout(done, 600))
  press(ctrlC)
  expect(await ended).toMatchObject({ code: 130 })
  expect(serverOf(cwd)).toBeUndefined()
})
