import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type Log, type LogFields, silentLog } from '../../src/log/log.ts'

/** Each sink as a process of its own writes it; what it writes, line by line. */
function writtenLines(
  sink: 'lambda' | 'local',
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Record<string, unknown>[] {
  const [file, create] = sink === 'lambda' ? ['log/lambda', 'createLambdaLog'] : ['log/terminal', 'createLocalLog']
  const code = `import { ${create} as createLog } from './src/${file}.ts'\n${script}`
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  })
  const written = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
  return written.map((line) => {
    const { timestamp, time, level, message, msg, sampling_rate, service, ...fields } = JSON.parse(line)
    const names: Record<string, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }
    expect(new Date(timestamp ?? time).getTime()).toBeGreaterThan(1_600_000_000_000)
    return { level: names[level] ?? level.toLowerCase(), message: message ?? msg, ...fields }
  })
}

describe.each(['lambda', 'local'] as const)('the log of %s', (sink) => {
  it('writes one line of JSON a call, with its fields and no others', () => {
    const script = `const log = createLog('debug')
      log.debug('one', { ms: 5 })
      log.info('two\\nlines', { resource: 'customers', count: 3, result: { status: 'completed' } })
      log.warn('three', { code: 'x' })
      log.error('four')`
    expect(writtenLines(sink, script)).toEqual([
      { level: 'debug', message: 'one', ms: 5 },
      { level: 'info', message: 'two\nlines', resource: 'customers', count: 3, result: { status: 'completed' } },
      { level: 'warn', message: 'three', code: 'x' },
      { level: 'error', message: 'four' },
    ])
  })

  it('writes nothing below its level', () => {
    const script = `const log = createLog('warn')
      log.debug('no'); log.info('no'); log.child({ jobId: 'a' }).info('no'); log.warn('yes')`
    expect(writtenLines(sink, script)).toEqual([{ level: 'warn', message: 'yes' }])
  })

  it('shares no field between children, nor with their parent', () => {
    const script = `const log = createLog('info')
      const one = log.child({ jobId: 'a' })
      const two = log.child({ jobId: 'b', tenantId: 't' })
      const inner = one.child({ attempt: 2 })
      for (const [name, each] of Object.entries({ inner, two, one, log })) each.info(name, name === 'two' ? { ms: 1 } : {})
      inner.info('again'); two.info('again')`
    expect(writtenLines(sink, script)).toEqual([
      { level: 'info', message: 'inner', jobId: 'a', attempt: 2 },
      { level: 'info', message: 'two', jobId: 'b', tenantId: 't', ms: 1 },
      { level: 'info', message: 'one', jobId: 'a' },
      { level: 'info', message: 'log' },
      { level: 'info', message: 'again', jobId: 'a', attempt: 2 },
      { level: 'info', message: 'again', jobId: 'b', tenantId: 't' },
    ])
  })

  it('describes an error, without its payload', () => {
    const script = `const log = createLog('info')
      const error = Object.assign(new Error('refused sk_live_canary5Fh2'), { code: 'E1', raw: 'canary' })
      error.stack = undefined
      log.warn('one', {}, error); log.error('two', { code: 'x' }, error)`
    const error = { name: 'Error', code: 'E1', message: 'refused [secret]' }
    expect(writtenLines(sink, script)).toEqual([
      { level: 'warn', message: 'one', error },
      { level: 'error', message: 'two', code: 'x', error },
    ])
  })
})

describe('a log', () => {
  it('has no field for a payload or a token: the compiler refuses it', () => {
    const fields: LogFields = { jobId: 'a' }
    // @ts-expect-error not in the allow-list
    const payload: LogFields = { accessToken: 'x' }
    expect([fields, payload]).toHaveLength(2)
  })

  it('may be silent', () => {
    const log: Log = silentLog.child({ jobId: 'a' })
    expect([log.debug('x'), log.info('x'), log.warn('x'), log.error('x')]).toEqual(Array(4).fill(undefined))
  })
})

describe('the log of lambda, with a variable that its library refuses', () => {
  it.each(['POWERTOOLS_LOGGER_SAMPLE_RATE', 'POWERTOOLS_LOGGER_LOG_EVENT'])(
    'is written all the same, and says so: %s',
    (variable) => {
      const script = `const log = createLog('info')
        log.debug('no')
        log.child({ jobId: 'a' }).error('one', { ms: 5 }, new Error('broken'))`
      expect(writtenLines('lambda', script, { [variable]: 'x' })).toMatchObject([
        {
          level: 'warn',
          message:
            'the logger refuses a variable of the environment whose name begins with POWERTOOLS_. Correct or remove it.',
          code: 'invalid_setting',
          error: { message: expect.stringContaining(variable) },
        },
        { level: 'error', message: 'one', jobId: 'a', ms: 5, error: { message: 'broken' } },
      ])
    },
  )
})
