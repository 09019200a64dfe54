import { expect, test } from 'vitest'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { factsOf } from '../../src/telemetry/metrics.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { alarmScenarios, calm } from './alarm-scenarios.ts'
import { openObservatory } from './observatory.ts'

/*
 * Each alarm of CloudWatch on what a worker wrote in a fault. `npm run test:infra` has the same for Prometheus.
 */

test('each alarm has a scenario', () => {
  expect(Object.keys(alarmScenarios)).toEqual(alarms.map(({ name }) => name))
})

test.each(alarms.filter(({ cloudWatch }) => !isAbsent(cloudWatch)).map(({ name }) => name))(
  '%s rings in its fault',
  async (name) => {
    const observatory = openObservatory()
    await alarmScenarios[name]?.(observatory)
    expect(observatory.states(name)).toContain('ALARM')
  },
)

test('no alarm rings while jobs are worked on and nothing is wrong', async () => {
  const observatory = openObservatory()
  const { handle } = await setup({ sandbox: { customers: 250 }, telemetry: observatory.telemetry })
  await observatory.pass(26 * 60, async () => {
    observatory.publish(calm)
    observatory.liveTelemetry.settled([{ provider: 'stripe', outcome: 'applied', code: null, lagMs: 900 }])
    observatory.liveTelemetry.answered('stripe', 200)
    observatory.measured('events queue', 'ApproximateAgeOfOldestMessage', 2)
    observatory.measured('events dead letters', 'ApproximateNumberOfMessagesVisible', 0)
    observatory.measured('receiver', 'Url5xxCount', 0)
    observatory.measured('receiver', 'Duration', 4_900)
    observatory.measured('events function', 'Duration', 49_000)
    observatory.measured('function', 'Duration', 4_000)
    observatory.measured('function', 'ConcurrentExecutions', 2)
    observatory.measured('queue', 'ApproximateNumberOfMessagesVisible', 0)
    observatory.measured('dead letters', 'ApproximateNumberOfMessagesVisible', 0)
    if (observatory.scrapes.length % 600 === 0) await handle([JSON.stringify(jobRequest())])
  })
  expect(observatory.rung()).toEqual([])
})

test('a second dead letter rings again, while the first one lies there', async () => {
  const observatory = openObservatory()
  await alarmScenarios.NewDeadLettersAlarm?.(observatory)
  const ringing = (name: string) =>
    observatory.states(name).filter((state, at, all) => state === 'ALARM' && all[at - 1] !== 'ALARM').length
  expect({ level: ringing('DeadLettersAlarm'), each: ringing('NewDeadLettersAlarm') }).toEqual({ level: 1, each: 2 })
})

test('a receiver that Lambda throttles rings, though it has answered nothing', async () => {
  const observatory = openObservatory()
  await observatory.pass(12, () => observatory.measured('receiver', 'Throttles', 1))
  expect(observatory.rung()).toEqual(['ReceiverAlarm'])
})

test('a tick that Lambda throttles rings, though it has not failed', async () => {
  const observatory = openObservatory()
  await observatory.pass(10, () => observatory.measured('tick', 'Throttles', 1))
  expect(observatory.rung()).toEqual(['TickAlarm'])
})

test('gauges that stop are told of, because nobody would see a late schedule any more', async () => {
  const observatory = openObservatory()
  await observatory.pass(20, () => observatory.publish(calm))
  expect(observatory.states('LateSchedulesAlarm').at(-1)).toBe('OK')
  await observatory.pass(30)
  expect(observatory.states('LateSchedulesAlarm').at(-1)).toBe('INSUFFICIENT_DATA')
})

test('every metric of an alarm is one that the worker writes with these dimensions', () => {
  const used = alarms.flatMap(({ name, cloudWatch }) =>
    isAbsent(cloudWatch) ? [] : Object.values(cloudWatch.metrics).map((metric) => ({ alarm: name, metric })),
  )
  const wrong = used.filter(({ metric }) => {
    if (metric.from !== 'worker') return false
    const { sets, labels } = factsOf(metric.name)
    const given = JSON.stringify(Object.keys(metric.labels).sort())
    return !(sets ?? [labels]).some((set) => JSON.stringify([...set].sort()) === given)
  })
  expect(wrong).toEqual([])
  expect(used.length).toBeGreaterThan(20)
})
