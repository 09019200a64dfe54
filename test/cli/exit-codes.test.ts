import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { exitCodeOf, exitCodes } from '../../src/cli/exit-codes.ts'
import { createTerminal } from '../../src/cli/terminal.ts'
import { run } from './program.ts'

/* That the process of each command ends with the codes of its command line is in program.test.ts. */

const tenant = '11111111-1111-4111-8111-111111111111'

/** Command lines that are wrong whatever the configuration is. */
const wrong: Readonly<Record<string, readonly (readonly string[])[]>> = {
  start: [
    ['--customers', 'many'],
    ['--resources', 'custmers'],
    ['--tenant', 'mine'],
    ['--keep=yes'],
    ['--rate', '2'],
    ['--live', '--rate', '0'],
  ],
  query: [[], ['select', '1'], ['--json', '--vertical', 'select 1'], ['--stop', 'select 1']],
  verify: [['--resources', 'custmers'], ['--density', 'none'], ['--account']],
  estimate: [['--resources', 'custmers'], ['--density', 'none'], ['--account']],
  erase: [
    [],
    ['--tenant', tenant, '--account', 'acct_1'],
    ['--tenant', tenant, '--customer', 'c', '--provider', 'x'],
    ['--pending', '--customer', 'c'],
    ['--pending', '--unknown'],
  ],
  export: [
    [],
    ['--tenant', tenant],
    ['--tenant', tenant, '--customer', 'a@example.com'],
    ['--tenant', tenant, '--customer', 'c', '--provider', 'x'],
    ['--tenant', tenant, '--customer', 'c', '--dry-run'],
    ['--pending'],
    ['--pending', '--out', 'x', '--customer', 'c'],
  ],
  'import-manifest': [[], ['--naem', 'x'], ['a.yaml', 'b.yaml']],
  enqueue: [
    [],
    ['--tenant', tenant, '--resources', 'custmers'],
    ['--tenant', tenant, '--token', 'sk_live_1234567890'],
    ['--tenant', tenant, '--provider', 'strip'],
    ['--tenant', tenant, '--batch-size', '101'],
    ['--tenant', tenant, '--token-stdin', '--token-env', 'KEY'],
    ['--tenant', tenant, '--token-env', 'NO_SUCH_VARIABLE'],
  ],
  'jobs list': [
    ['--status', 'runing'],
    ['--since', '2'],
    ['--limit', '0'],
  ],
  'jobs show': [[], ['7b1f0a34'], [tenant, tenant.replace('1', '2')]],
  'jobs watch': [['7b1f0a34'], [tenant, tenant.replace('1', '2')]],
  'jobs retry': [[], ['7b1f0a34'], ['--code', 'timeout', tenant], ['--failed-since', '2h', '--code', 'timeot']],
  'jobs cancel': [[], ['7b1f0a34']],
  'queue depth': [['--max', '1']],
  'queue redrive': [
    ['--max', '0'],
    ['--max', 'all'],
  ],
  accounts: [['--rows'], ['--limit', '0']],
  revenue: [['--mode', 'tset'], ['now']],
  'schedules list': [
    ['--state', 'late!'],
    ['--limit', '0'],
  ],
  'schedules add': [
    [],
    ['--tenant', tenant, '--token', 'sk_live_1234567890'],
    ['--tenant', tenant, '--every', '30s'],
    ['--tenant', tenant, '--full-every', '400d'],
    ['--tenant', tenant, '--account', 'acct_1:test'],
    ['--tenant', tenant, '--resources', 'custmers'],
    ['--tenant', tenant, '--provider', 'strip'],
  ],
  'schedules pause': [[], ['7b1f0a34'], ['--because', '', tenant]],
  'schedules resume': [[], ['7b1f0a34']],
  'schedules remove': [[], ['7b1f0a34']],
  'routes list': [['--limit', '0'], ['now']],
  'routes add': [[], ['--tenant', tenant]],
  'routes remove': [[], ['--tenant', tenant]],
  page: [['--tenant', 'all'], ['now']],
  prune: [[], ['--older-than', '30'], ['--older-than', '23h']],
  doctor: [['--provider', 'stripe'], ['now']],
  migrate: [['--folder', 'drizzle'], ['now']],
}

test('every command has command lines that are wrong', () => {
  expect(Object.keys(wrong)).toEqual(Object.keys(commands))
})

test.each(Object.entries(wrong))(
  '%s ends with 2 for a wrong command line, and prints no result',
  async (name, lines) => {
    const command = await commands[name]?.load()
    for (const line of lines) {
      const out = new PassThrough()
      const ended = await command?.run(line, createTerminal(out, out)).catch(exitCodeOf)
      expect({ line, ended, printed: out.read() }).toEqual({ line, ended: 2, printed: null })
    }
  },
)

/** Nothing listens on port 1. */
const unreachable = {
  ConnectionStrings__DefaultConnection: 'Host=127.0.0.1;Port=1;Username=u;Database=d;SSL Mode=Disable',
}

test.each([['migrate'], ['erase', '--tenant', tenant], ['erase', '--pending'], ['export', '--pending', '--dry-run']])(
  '%s ends with 1 if the database cannot be reached',
  async (...args) => {
    expect(await run(args, { env: unreachable })).toMatchObject({ code: 1, stdout: '' })
  },
)

const programs: Readonly<Record<string, readonly [file: string, option: string, nearest: string]>> = {
  mutate: ['test/mutations/run.ts', '--sampel', '--sample'],
  bench: ['bench/start.ts', '--quik', '--quick'],
}

test.each(Object.entries(programs))('npm run %s ends with 2 for a wrong command line', (name, [file, option, near]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, option], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: `The option "${option}" is not known; did you mean ${near}? See: npm run ${name} -- --help\n`,
  })
})

test('the help of every command lists the exit codes', async () => {
  for (const { load } of Object.values(commands))
    for (const code of Object.values(exitCodes))
      expect((await load()).help).toMatch(new RegExp(`Exit codes:.* ${code} `))
})
