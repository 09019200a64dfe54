import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { describeError } from '../../src/log/log.ts'

describe('describeError', () => {
  const canary = 'canary-5Fh2'
  /** Without the frames, which are of this file's lines. */
  const described = (error: unknown) =>
    JSON.parse(JSON.stringify(describeError(error), (key, value) => (key === 'stack' ? undefined : value)))

  it('has the name, the code and the message of each cause', () => {
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

  it('has at most four stack frames', () => {
    const { stack } = describeError(new Error('lost')) as { stack: string[] }
    expect(stack).toHaveLength(4)
    expect(stack[0]).toMatch(/^at .*describe-error\.test\.ts:\d+:\d+\)?$/)
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

  it('has no such values if the message was wrapped', () => {
    const inner = new DrizzleQueryError('select $1', [canary])
    const error = new Error(`sync_jobs: ${inner.message}`)
    expect(described(error).message).toBe('sync_jobs: Failed query (not shown)')
    expect(JSON.stringify(describeError(error))).not.toContain(canary)
  })

  it('has no second line of a message in its frames', () => {
    const error = new Error(`one\n${canary}\nsk_live_canary5Fh2`)
    expect((describeError(error).stack as string[]).join()).not.toContain('canary')
  })

  it('has no other property of an error', () => {
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
  it.each(Object.entries(thrown))('describes a thrown value that is not an Error: %s', (_, [value, message]) => {
    expect(describeError(value)).toEqual({ message })
  })

  it('accepts an error whose properties have other types', () => {
    const error = Object.assign(new Error('x'), { message: 5, name: null, stack: undefined, code: {} })
    expect(describeError(error)).toEqual({ name: 'null', message: '5' })
  })
})
