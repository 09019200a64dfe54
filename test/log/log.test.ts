import { spawnSync } from 'node:child_process'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { describeError, type Log, type LogFields, silentLog } from '../../src/log/log.ts'
import { redactSecrets } from '../../src/log/redact.ts'
import { fastest } from '../support/timing.ts'

describe('redactSecrets', () => {
  const texts: Record<string, readonly [text: string, redacted: string]> = {
    'a live secret key': ['key sk_live_canary5Fh2 refused', 'key [secret] refused'],
    'a test secret key': ['sk_test_canary5Fh2', '[secret]'],
    'a restricted key': ["'rk_test_canary5Fh2'", "'[secret]'"],
    'a live restricted key': ['(rk_live_canary5Fh2)', '([secret])'],
    'a publishable key': ['pk_live_canary5Fh2', '[secret]'],
    'a key of an older form': ['sk_canary5Fh2', '[secret]'],
    'a webhook secret': ['whsec_canary5Fh2', '[secret]'],
    'an OAuth code': ['code=ac_canary5Fh2', 'code=[secret]'],
    'a key behind a letter, as after an escape': ['\\nsk_live_canary5Fh2', '\\n[secret]'],
    'a key behind an underscore': ['stripe_sk_live_canary5Fh2', 'stripe_[secret]'],
    'two keys': ['sk_live_canary5Fh2,rk_live_canary5Fh2', '[secret],[secret]'],
    'a bearer token': ['Authorization: Bearer canary-5Fh2.x/y+z=', 'Authorization: [secret]'],
    'a bearer token in small letters': ['authorization: bearer canary5Fh2"', 'authorization: [secret]"'],
    'a JWT': ['t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.canary-5_h2;', 't=[secret];'],
    'a password in a URL': [
      'postgres://worker:canary5Fh2@db.test/billing',
      'postgres://worker:[secret]@db.test/billing',
    ],
    'a password with a slash in a URL': ['postgres://worker:ca/nary#5@db.test', 'postgres://worker:[secret]@db.test'],
    'a password of Npgsql': ['Host=db;Password=canary5Fh2;Port=1', 'Host=db;Password=[secret];Port=1'],
    'a password with spaces': ['Password=my canary 5;Port=1', 'Password=[secret];Port=1'],
    'a password in double quotes': ['Password="a;""canary";Port=1', 'Password=[secret];Port=1'],
    'a password in single quotes': ["Pwd = 'a;canary';Port=1", 'Pwd =[secret];Port=1'],
    'a password that begins with a quote': ['PSW="canary;Port=1', 'PSW=[secret];Port=1'],
    'a password in the middle of JSON': [
      '{"cs":"Host=db;Password=canary","n":1}',
      '{"cs":"Host=db;Password=[secret]","n":1}',
    ],
    'a password in words': ['password: canary5Fh2, next', 'password: [secret], next'],
  }
  it.each(Object.entries(texts))('takes out %s', (_, [text, redacted]) => {
    expect(redactSecrets(text)).toBe(redacted)
  })

  it.each([
    'job 7d1f6f0e-8d3b-4f0e-9f43-6d3f6b1f0a01 of acct_1Nv0FGQ9RKHgCVdK',
    'customer cus_NffrFeUfNV2Hib, invoice in_1MtHbELkdIwHu7ix',
    'a task_assessment_of_risk, desk_lamps and frisk_searches',
    'https://api.stripe.com:443/v1/customers?limit=100',
    'mail to me@example.com at 12:30',
    'the password is wrong; Bearer',
  ])('leaves what is no secret: %s', (text) => {
    expect(redactSecrets(text)).toBe(text)
  })

  it.each([
    'a',
    'eyJ-',
    'eyJ.',
    'sk_',
    'sk_live_',
    'Bearer ',
    '://a:',
    '://u:p',
    'password=',
    'password="',
    'pwd= ',
    ' ',
    '"',
  ])('takes less than 100 ms for 256 KiB of %j', (piece) => {
    const text = piece.repeat(262_144 / piece.length)
    expect(fastest(() => redactSecrets(text))).toBeLessThan(100)
  })
})

describe('describeError', () => {
  const canary = 'canary-5Fh2'
  /** Without the frames, which are of this file's lines. */
  const described = (error: unknown) =>
    JSON.parse(JSON.stringify(describeError(error), (key, one) => (key === 'stack' ? undefined : one)))

  it('has the name, the code and the message along the chain of causes', () => {
    const socket = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    expect(
      described(new SyncError('retry', 'database_unavailable', 'database: not available', { cause: socket })),
    ).toEqual({
      name: 'SyncError',
      code: 'database_unavailable',
      message: 'database: not available',
      cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:5432' },
    })
  })

  it('has four frames of where it was thrown at most', () => {
    const { stack } = describeError(new Error('lost')) as { stack: string[] }
    expect(stack).toHaveLength(4)
    expect(stack[0]).toMatch(/^at .*log\.test\.ts:\d+:\d+\)?$/)
  })

  it('has none of the values that Drizzle puts into its message, nor its stack', () => {
    const refused = Object.assign(new Error('invalid input syntax'), { code: '22P02' })
    const error = new DrizzleQueryError(
      'insert into customers values ($1)',
      [canary, `two\nlines ${canary}\n    at x (y:1:1)`],
      refused,
    )
    expect(described(error)).toEqual({
      name: 'Error',
      message: 'Failed query (not shown)',
      cause: { name: 'Error', code: '22P02', message: 'invalid input syntax' },
    })
    expect(JSON.stringify(describeError(error))).not.toMatch(/canary|insert|y:1:1/)
  })

  it('has none of them where the message was wrapped', () => {
    const inner = new DrizzleQueryError('select $1', [canary])
    const error = new Error(`sync_jobs: ${inner.message}`)
    expect(described(error).message).toBe('sync_jobs: Failed query (not shown)')
    expect(JSON.stringify(describeError(error))).not.toContain(canary)
  })

  it('has no second line of a message in its frames', () => {
    const error = new Error(`one\n${canary}\nsk_live_canary5Fh2`)
    expect((describeError(error).stack as string[]).join()).not.toContain('canary')
  })

  it('has nothing else that an error carries', () => {
    const error = Object.assign(new Error('refused'), {
      raw: { email: canary },
      headers: { Authorization: canary },
      detail: canary,
    })
    expect(JSON.stringify(describeError(error))).not.toContain(canary)
  })

  it('is redacted at every depth', () => {
    const error = new Error('outer sk_live_canary5Fh2', {
      cause: new Error('inner Bearer canary', { cause: 'Password=canary' }),
    })
    expect(described(error)).toEqual({
      name: 'Error',
      message: 'outer [secret]',
      cause: { name: 'Error', message: 'inner [secret]', cause: { message: 'Password=[secret]' } },
    })
  })

  it('is bounded: three causes, a thousand characters', () => {
    let chain = new Error('0')
    for (let at = 1; at < 100; at++) chain = new Error(`${at}`, { cause: chain })
    const messages = [...JSON.stringify(described(chain)).matchAll(/"message":"(\d+)"/g)].map(([, at]) => at)
    expect(messages).toEqual(['99', '98', '97', '96'])
    const circular = new Error('round')
    circular.cause = circular
    expect(JSON.stringify(described(circular)).split('round')).toHaveLength(5)
    expect(described(new Error('x'.repeat(1e6))).message).toHaveLength(1_000)
    expect(described('x'.repeat(1e6)).message).toHaveLength(1_000)
  })

  const thrown: Record<string, readonly [thrown: unknown, message: string]> = {
    text: ['stopped', 'stopped'],
    undefined: [undefined, 'undefined'],
    null: [null, 'null'],
    number: [7, '7'],
    symbol: [Symbol('x'), 'Symbol(x)'],
    object: [{ accessToken: canary }, 'a thrown value that is not an Error'],
    'object without a prototype': [Object.create(null), 'a thrown value that is not an Error'],
    function: [() => canary, 'a thrown value that is not an Error'],
  }
  it.each(Object.entries(thrown))('says what else was thrown: %s', (_, [value, message]) => {
    expect(describeError(value)).toEqual({ message })
  })

  it('does not throw over an error whose parts are of other types', () => {
    const error = Object.assign(new Error('x'), { message: 5, name: null, stack: undefined, code: {} })
    expect(describeError(error)).toEqual({ name: 'null', message: '5' })
  })
})

/** Each sink as a process of its own writes it; what it writes, line by line. */
function lines(sink: 'lambda' | 'local', script: string): Record<string, unknown>[] {
  const [file, create] = sink === 'lambda' ? ['log/lambda', 'createLambdaLog'] : ['log/terminal', 'createLocalLog']
  const code = `import { ${create} as createLog } from './src/${file}.ts'\n${script}`
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
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
    expect(lines(sink, script)).toEqual([
      { level: 'debug', message: 'one', ms: 5 },
      { level: 'info', message: 'two\nlines', resource: 'customers', count: 3, result: { status: 'completed' } },
      { level: 'warn', message: 'three', code: 'x' },
      { level: 'error', message: 'four' },
    ])
  })

  it('writes nothing below its level', () => {
    const script = `const log = createLog('warn')
      log.debug('no'); log.info('no'); log.child({ jobId: 'a' }).info('no'); log.warn('yes')`
    expect(lines(sink, script)).toEqual([{ level: 'warn', message: 'yes' }])
  })

  it('shares no field between children, nor with their parent', () => {
    const script = `const log = createLog('info')
      const one = log.child({ jobId: 'a' })
      const two = log.child({ jobId: 'b', tenantId: 't' })
      const inner = one.child({ attempt: 2 })
      for (const [name, each] of Object.entries({ inner, two, one, log })) each.info(name, name === 'two' ? { ms: 1 } : {})
      inner.info('again'); two.info('again')`
    expect(lines(sink, script)).toEqual([
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
    expect(lines(sink, script)).toEqual([
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
