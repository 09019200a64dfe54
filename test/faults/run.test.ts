import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { readRunOptions } from './run-options.ts'

function runFaults(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', 'test/faults/run.ts', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('the command line chooses scenarios by name and by fault', () => {
  const options = readRunOptions(['--only', 'kill,F07', '--seed', '3', '--share', 'full'])
  expect(options).toMatchObject({ seed: 3, share: 'full', list: false })
  expect(options !== 'help' && options.scenarios.map(({ name }) => name)).toEqual(['kill', 'term'])
})

test('on transports it chooses among the scenarios of containers', () => {
  const options = readRunOptions(['--transport', 'redis,sqs', '--only', 'term'])
  expect(options).toMatchObject({ transports: ['sqs', 'redis'], scenarios: [] })
  expect(options !== 'help' && options.onTransports.map(({ name }) => name)).toEqual(['term'])
})

const wrong: Readonly<Record<string, readonly [args: readonly string[], message: string]>> = {
  'an unknown option': [['--sed', '3'], 'The option "--sed" is not known; did you mean --seed?'],
  'an unknown scenario': [['--only', 'kil'], 'The scenario "kil" is not known; did you mean kill?'],
  'an unknown provider': [['--provider', 'payal'], 'The provider "payal" is not known; did you mean paypal?'],
  'an unknown transport': [['--transport', 'rabitmq'], 'The transport "rabitmq" is not known; did you mean rabbitmq?'],
  'a scenario that no container has': [['--transport', 'redis', '--only', 'kill'], 'The scenario "kill" is not known'],
  'an unknown share': [['--share', 'half'], '--share takes test, ci or full, not "half".'],
  'a seed that is no number': [['--seed', 'x'], '--seed takes a whole number, not "x".'],
  'a rate beyond 1': [['--suite', '5'], '--suite takes a share of all calls, such as 0.05, not "5".'],
  'a part of the tests that is none': [
    ['--suite', '.05', '--shard', '3'],
    '--shard takes a part of the tests, such as 1/8, not "3".',
  ],
  'an argument that is no option': [['kill'], '"kill" is one argument too many: there are options only.'],
}

test.each(Object.entries(wrong))('refuses %s in a sentence', (_, [args, message]) => {
  expect(() => readRunOptions(args)).toThrow(message)
})

test.each(['--help', '-h'])('%s prints the options and ends with 0', (option) => {
  const { status, stdout, stderr } = runFaults(option)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('--share SHARE    how many rounds: test, ci or full (ci)')
})

test('a wrong command line ends with 2 and says which option shows the help', () => {
  expect(runFaults('--only', 'kil')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'The scenario "kil" is not known; did you mean kill? See: npm run faults -- --help\n',
  })
})
