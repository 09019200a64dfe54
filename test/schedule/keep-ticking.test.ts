import { expect, test } from 'vitest'
import { keepTicking } from '../../src/schedule/keep-ticking.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'
import { plantSchedule } from './plant-schedule.ts'

/** Ticks so often, a minute of this clock apart. */
function clockFor(ticks: number) {
  const stop = new AbortController()
  const waits: number[] = []
  let at = 0
  const clock = {
    now: () => at,
    random: () => 0,
    async sleep(ms: number) {
      waits.push(ms)
      at += ms
      if (waits.length === ticks) stop.abort()
    },
  }
  return { clock, waits, signal: stop.signal, spend: (ms: number) => (at += ms) }
}

test('a tick is made each minute, however long the last one took, and the connection is closed at the end', async () => {
  const { worker, query } = await openTestDatabase()
  await plantSchedule(query)
  const { clock, waits, signal, spend } = clockFor(3)
  const sent: string[] = []
  let closed = 0
  const queue = {
    async send(body: string) {
      spend(7_000)
      sent.push(body)
    },
  }
  const close = async () => void closed++
  await keepTicking({ open: async () => ({ ...worker, close }), queue, log: collectLog(), clock }, signal)
  expect(sent).toHaveLength(1)
  expect(waits).toEqual([53_000, 60_000, 60_000])
  expect(closed).toBe(1)
})

test('a database that is away costs a line a minute, and no more', async () => {
  const { worker, query } = await openTestDatabase()
  await plantSchedule(query)
  const { clock, waits, signal } = clockFor(3)
  const log = collectLog()
  const sent: string[] = []
  let opened = 0
  const open = async () => {
    if (++opened < 3) throw new Error('the database is away')
    return { ...worker, close: async () => {} }
  }
  await keepTicking({ open, queue: { send: async (body) => void sent.push(body) }, log, clock }, signal)
  expect(log.lines().map(({ event }) => event)).toEqual(['tick_failed', 'tick_failed', 'schedules_ticked'])
  expect(sent).toHaveLength(1)
  expect(waits).toEqual([60_000, 60_000, 60_000])
})
