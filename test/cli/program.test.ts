import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { runCommand } from '../../src/cli/run-command.ts'
import { createTerminal } from '../../src/cli/terminal.ts'
import { type Ended, run as runProcess } from './program.ts'

const names = Object.keys(commands)
/** The first words of commands that have two. */
const groups = [...new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] ?? ''))]

/** The command line in this process. A process of its own for each of more than a hundred would take a minute. */
async function run(args: readonly string[]): Promise<Ended> {
  const [out, error] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const code = await runCommand(args, createTerminal(out, error))
  return { code, stdout: out.read() ?? '', stderr: error.read() ?? '' }
}

test.each([[], ...groups.map((group) => [group]), ...names.map((name) => name.split(' '))])(
  'billing-sync %s %s --help and -h say how it is used',
  async (...words) => {
    const [long, short] = await Promise.all([run([...words, '--help']), run([...words, '-h'])])
    expect(long).toMatchObject({ code: 0, stderr: '' })
    const isOverview = words.length === 0 || groups.includes(words.join(' '))
    expect(long.stdout).toMatch(new RegExp(`^Usage: billing-sync ${isOverview ? 'COMMAND' : words.join(' ')}`))
    expect(short).toEqual(long)
  },
)

const together = (endings: readonly Promise<Ended>[]) => Promise.all(endings)

test('without a command the program lists all commands', async () => {
  const { code, stdout } = await run([])
  expect(code).toBe(0)
  for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
  expect(stdout).toMatch(/^Exit codes: 0 .* 1 .* 2 .* 130 /m)
})

test('a misspelt command is refused with the nearest name', async () => {
  expect(await run(['verfy'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'The command "verfy" is not known; did you mean verify?\n',
  })
})

test.each(groups)(
  'billing-sync %s lists the commands of its group, and refuses another with the nearest name',
  async (group) => {
    const { code, stdout } = await run([group])
    expect(code).toBe(0)
    for (const name of names)
      expect(new RegExp(`^  ${name} +\\S`, 'm').test(stdout), name).toBe(name.startsWith(`${group} `))
    const [known] = names.filter((name) => name.startsWith(`${group} `))
    expect(await run([group, `${known?.split(' ')[1]}x`])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `The command "${known}x" is not known; did you mean ${known}?\n`,
    })
  },
)

const misspelt: Record<string, readonly [option: string, nearest: string]> = {
  start: ['--custommers', '--customers'],
  query: ['--jason', '--json'],
  verify: ['--resource', '--resources'],
  estimate: ['--jason', '--json'],
  erase: ['--costumer', '--customer'],
  export: ['--pendin', '--pending'],
  'import-manifest': ['--naem', '--name'],
  enqueue: ['--tennant', '--tenant'],
  'jobs list': ['--staus', '--status'],
  'jobs show': ['--jason', '--json'],
  'jobs watch': ['--jsn', '--json'],
  'jobs retry': ['--failed-sins', '--failed-since'],
  'jobs cancel': ['--tenat', '--tenant'],
  'queue depth': ['--jason', '--json'],
  'queue redrive': ['--mx', '--max'],
  accounts: ['--acount', '--account'],
  revenue: ['--curency', '--currency'],
  'schedules list': ['--stat', '--state'],
  'schedules add': ['--ful-every', '--full-every'],
  'schedules pause': ['--becaus', '--because'],
  'schedules resume': ['--tenat', '--tenant'],
  'schedules remove': ['--jsn', '--json'],
  'routes list': ['--jason', '--json'],
  'routes add': ['--acount', '--account'],
  'routes remove': ['--rout', '--route'],
  page: ['--tennant', '--tenant'],
  prune: ['--older-then', '--older-than'],
  doctor: ['--ofline', '--offline'],
  migrate: ['--helb', '--help'],
}

test('the table of misspellings has every command', () => {
  expect(Object.keys(misspelt)).toEqual(names)
})

test.each(Object.entries(misspelt))(
  '%s refuses an unknown option with the nearest name',
  async (name, [option, near]) => {
    const { code, stdout, stderr } = await run([...name.split(' '), option, '1'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      `${name}: The option "${option}" is not known; did you mean ${near}? See: billing-sync ${name} --help\n`,
    )
  },
)

test.each(Object.entries(misspelt))(
  'the process of %s prints its help and an error, and ends, as the command line does',
  async (name, [option]) => {
    const lines = [
      [...name.split(' '), '--help'],
      [...name.split(' '), option, '1'],
    ]
    const [processes, here] = await Promise.all([lines.map((line) => runProcess(line)), lines.map(run)].map(together))
    expect(processes).toEqual(here)
    expect(here?.map(({ code }) => code)).toEqual([0, 2])
  },
)

const takesRest = new Set([
  'query',
  'import-manifest',
  'jobs show',
  'jobs watch',
  'jobs retry',
  'jobs cancel',
  'schedules pause',
  'schedules resume',
  'schedules remove',
])
test.each(names.filter((name) => !takesRest.has(name)))('%s refuses an argument beside its options', async (name) => {
  const { code, stdout, stderr } = await run([...name.split(' '), 'cus_1'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`${name}: "cus_1" is one argument too many: there are options only.`)
})

test('the npm scripts are aliases', async () => {
  const { scripts, bin } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const name of names) {
    const [script = ''] = name.split(' ')
    expect(scripts[script]).toBe(`node ${bin['billing-sync']} ${script}`)
  }
  const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'query', '--', '-h'])
  expect(stdout).toMatch(/^Usage: billing-sync query/)
})

test('a database that is not there is one sentence with the code of the cause', async () => {
  const env = { ConnectionStrings__DefaultConnection: 'Host=127.0.0.1;Port=1;Username=u;Database=d;SSL Mode=Disable' }
  expect(await runProcess(['query', 'select 1'], { env })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'database: connect 127.0.0.1:1 (ECONNREFUSED). Check ConnectionStrings.DefaultConnection.\n',
  })
})
