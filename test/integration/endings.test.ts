import type { SQSEvent } from 'aws-lambda'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { ErrorCode } from '../../src/error-codes/error-codes.ts'
import type { LogEvent } from '../../src/log/events.ts'
import { faultsOf, saysWhatToDo } from '../error-codes/sentences.ts'
import { collectLog } from '../support/collected-log.ts'
import { createGate } from '../support/gate.ts'
import { context, jobRequest, type RequestFields } from '../support/setup.ts'
import { openEnv } from './outcome-env.ts'

/*
 * What a person who is on call sees of each ending of a delivery: the row of the job, and the lines of the log.
 */

afterEach(() => {
  vi.restoreAllMocks()
})

const exempt = { calls: ['provider', 'database', 'queue'], because: 'It counts the lines of the log.' } as const

async function openEnding(settings: Readonly<Record<string, string>> = {}) {
  const log = collectLog()
  const parts = await openEnv({ log, exempt, settings, sandbox: { customers: 60 } })
  const sendOne = async (request: RequestFields, worker = parts.worker) => {
    await parts.send(request)
    return await parts.deliver({ worker })
  }
  return { ...parts, sendOne, log }
}

type Parts = Awaited<ReturnType<typeof openEnding>>

interface Line {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: LogEvent
  readonly code?: ErrorCode
  readonly says: RegExp
}

interface Ending {
  readonly request?: RequestFields
  readonly settings?: Readonly<Record<string, string>>
  end(parts: Parts, request: RequestFields): Promise<unknown>
  /** Null: there is no job. */
  readonly row: Readonly<Record<string, unknown>> | null
  /** All lines of the ending in their order, without the progress. */
  readonly lines: readonly Line[]
}

const starts: Line = { level: 'info', event: 'job_started', says: /^job starts$/ }
const quiet = { error: null, waiting_for: null, waiting_since: null, next_attempt_at: null }
const ended = { waiting_for: null, waiting_since: null, next_attempt_at: null, finished_at: expect.any(Date) }
const waits = { status: 'retrying', attempt: 0, waiting_since: expect.any(Date), next_attempt_at: expect.any(Date) }
const isDone = { ...quiet, status: 'completed', fetched: '60', finished_at: expect.any(Date) }
const small = { additionalData: { batch_size: 5 } }
const invocationMs = 2_400

const endings: Readonly<Record<string, Ending>> = {
  completed: {
    end: ({ sendOne }, request) => sendOne(request),
    row: isDone,
    lines: [starts, { level: 'info', event: 'job_completed', says: /^job ends$/ }],
  },
  paused: {
    request: small,
    settings: { Stripe__EndpointRequestsPerSecond: '3' },
    end: ({ sendOne, worker }, request) =>
      sendOne(request, {
        ...worker,
        handle: (event: SQSEvent) => worker.handle(event, context(invocationMs)),
      }),
    row: { ...quiet, status: 'paused', finished_at: null },
    lines: [starts, { level: 'info', event: 'job_paused', says: /^job pauses: its progress is saved$/ }],
  },
  'busy: another worker is at the job': {
    async end({ sendOne, sandbox, query }, request) {
      const held = createGate()
      sandbox.onRequest(() => held.passed)
      const first = sendOne(request)
      await expect.poll(() => query(`select 1 from sync_jobs where status = 'running'`)).toHaveLength(1)
      await sendOne(request)
      held.open()
      await first
    },
    row: { ...isDone, deliveries: 1 },
    lines: [
      starts,
      { level: 'info', event: 'job_busy', says: /^the job waits: another worker holds the job or its account$/ },
      { level: 'info', event: 'job_completed', says: /^job ends$/ },
    ],
  },
  'retrying because of the provider': {
    end({ sendOne, sandbox }, request) {
      sandbox.fail({ kind: 'error', status: 503, headers: { 'Retry-After': '1000' } })
      return sendOne(request)
    },
    row: waits,
    lines: [
      starts,
      {
        level: 'warn',
        event: 'job_retrying',
        code: 'provider_unavailable',
        says: /^the job is tried again\. stripe: Stripe failed \(503, req_\w+\)\. If it goes on, look at status\.stripe\.com\.$/,
      },
    ],
  },
  'retrying because of the database': {
    async end({ sendOne, query }, request) {
      vi.spyOn(systemClock, 'random').mockReturnValue(0)
      await query(`create function refuse() returns trigger language plpgsql as $$ begin
        raise exception 'full' using errcode = '53100'; end $$`)
      await query('create trigger refusing before insert on customers for each row execute function refuse()')
      return sendOne(request)
    },
    row: waits,
    lines: [
      starts,
      {
        level: 'warn',
        event: 'job_retrying',
        code: 'database_unavailable',
        says: /^the job is tried again\. database: the server has no disk space left \(53100\)\. Add disk space to the server of .*\.$/,
      },
    ],
  },
  'failed by the key': {
    request: { accessToken: 'sk_live_revoked1' },
    end: ({ sendOne }, request) => sendOne(request),
    row: { ...ended, status: 'failed' },
    lines: [
      starts,
      {
        level: 'error',
        event: 'job_failed',
        code: 'key_not_accepted',
        says: /^the job fails\. stripe: the accessToken of the message is not accepted \(401, req_\w+\)\. Put a valid key there, /,
      },
    ],
  },
  'failed by an option': {
    request: { additionalData: { batch_size: 0 } },
    end: ({ sendOne }, request) => sendOne(request),
    row: { ...ended, status: 'failed' },
    lines: [
      starts,
      {
        level: 'error',
        event: 'job_failed',
        code: 'invalid_request',
        says: /^the job fails\. request: additionalData\.batchSize must be a whole number from 1 to 100, found 0\. Correct the message, /,
      },
    ],
  },
  'finished again': {
    async end({ sendOne }, request) {
      await sendOne(request)
      await sendOne(request)
    },
    row: { ...isDone, deliveries: 1 },
    lines: [
      starts,
      { level: 'info', event: 'job_completed', says: /^job ends$/ },
      {
        level: 'info',
        event: 'job_already_ended',
        says: /^the message is acknowledged: its job had ended before as completed; to read everything again, send a new jobId/,
      },
    ],
  },
  unreadable: {
    request: { jobId: '17' },
    async end({ sendOne, queue }, request) {
      await sendOne(request)
      const reason = expect.stringMatching(/^message: jobId must be a UUID, found "17"\. Correct the sender, /)
      expect(await queue.deadLetters()).toMatchObject([{ attributes: { code: 'unreadable_message', reason } }])
    },
    row: null,
    lines: [
      {
        level: 'error',
        event: 'message_unreadable',
        code: 'unreadable_message',
        says: /^the message is not read\. message: jobId must be a UUID, found "17"\. Correct the sender, /,
      },
    ],
  },
}

test.each(Object.entries(endings))('%s: the row and the log say so in words, and once', async (_, ending) => {
  const parts = await openEnding(ending.settings)
  const request = jobRequest(ending.request)
  await ending.end(parts, request)
  const [row] = await parts.query(`select *, error ->> 'code' as code, error ->> 'message' as message from sync_jobs`)
  if (ending.row) expect(row).toMatchObject(ending.row)
  else expect(row).toBe(undefined)

  const lines = parts.log.lines().filter(({ level, event }) => level !== 'debug' && event !== 'batch_committed')
  const { jobId } = request
  expect(lines).toMatchObject(
    ending.lines.map(({ says, ...line }) => ({
      ...line,
      message: expect.stringMatching(says),
      ...(ending.row && { jobId }),
    })),
  )

  const failed = ending.lines.find(({ code }) => code)
  if (!failed || !row) return
  const { code, message } = row
  expect(code).toBe(failed.code)
  const sentences = String(message).replace(/^\w+: /, '')
  expect(faultsOf(sentences)).toEqual([])
  expect(saysWhatToDo(sentences)).toBe(true)
  // The row waits for what its error is about, and one line says it.
  if (row.status === 'retrying') expect(row.waiting_for).toEqual({ code, message })
  expect(lines.filter((line) => JSON.stringify([line.message, line.reason]).includes(sentences))).toHaveLength(1)
})
