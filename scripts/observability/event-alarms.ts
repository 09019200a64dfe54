import { type Alarm, anyIn, eventsDeadLetters, eventsFn, eventsQueue, receiver, slow, worker } from './alarm.ts'
import { gained, select } from './promql.ts'

/** The alarms of live events, which only a stack with live events has. */
export const eventAlarms: readonly Alarm[] = [
  {
    name: 'EventAgeAlarm',
    part: 'events',
    about:
      'A live event has waited for more than two minutes. Start more workers of events, or find out why none takes it.',
    // SQS leaves out a message that was received three times, as one that waits for its account is.
    cloudWatch: {
      period: 60,
      metrics: { m: eventsQueue('ApproximateAgeOfOldestMessage') },
      expression: 'm',
      threshold: 120,
      periods: 3,
    },
    // SQS does not tell a container how old a message is. The lag tells, as long as events are applied at all.
    prometheus: {
      expression: `max(${select('billing_sync.events.oldest.age')}) > 120 or histogram_quantile(0.99, sum by (le) (rate(${select('billing_sync.event.lag', {}, '_bucket')}[5m]))) > 120`,
      for: '3m',
    },
  },
  {
    name: 'EventDeadLettersAlarm',
    part: 'events',
    about: 'Live events are in the dead-letter queue. Read their reasons, fix the cause, then run an incremental job.',
    cloudWatch: anyIn(60, eventsDeadLetters('ApproximateNumberOfMessagesVisible')),
    prometheus: {
      expression: `max(${select('billing_sync.events.queue.messages', { state: 'dead' })}) > 0`,
      for: '1m',
    },
  },
  {
    name: 'ForgedEventsAlarm',
    part: 'events',
    about: 'The signature of a live event does not fit. A signing secret was replaced, or a stranger sends events.',
    cloudWatch: anyIn(300, worker('billing_sync.events.forged', 'Sum')),
    prometheus: { expression: `${gained(select('billing_sync.events.forged'), '5m')} > 0`, for: '0m' },
  },
  {
    name: 'SilentEventsAlarm',
    part: 'events',
    about: 'Jobs find new objects of an account, and no live event of it comes. Its source may be switched off.',
    cloudWatch: anyIn(300, worker('billing_sync.events.silent', 'Maximum'), 3),
    prometheus: { expression: `max(${select('billing_sync.events.silent')}) > 0`, for: '15m' },
  },
  {
    name: 'EventErrorsAlarm',
    part: 'events',
    about: 'An invocation of the function of events ended without an answer, or got messages of another queue.',
    cloudWatch: anyIn(60, eventsFn('Errors', 'Sum')),
    prometheus: { absent: 'A container has no function of events.' },
  },
  {
    name: 'EventThrottlesAlarm',
    part: 'events',
    about:
      'Lambda refused to start a worker of live events. The account has less concurrency left than eventConcurrency.',
    cloudWatch: anyIn(60, eventsFn('Throttles', 'Sum'), 5),
    prometheus: { absent: 'A container has no such limit.' },
  },
  {
    name: 'EventDurationAlarm',
    part: 'events',
    about: 'A batch of live events came within 10 seconds of the timeout of its function. It comes again if it is cut.',
    cloudWatch: slow(eventsFn('Duration', 'Maximum'), 'events'),
    prometheus: { absent: 'A container does not cut a batch.' },
  },
  {
    name: 'ReceiverAlarm',
    part: 'receiver',
    about:
      'The receiver has answered webhooks with 5xx for minutes, or Lambda with 429. Their providers send them again, for some hours.',
    // What crashed is among them. Lambda itself answers 429 while all receivers are busy. One answer alone is made up for by the provider.
    cloudWatch: {
      period: 60,
      metrics: { failed: receiver('Url5xxCount', 'Sum'), throttled: receiver('Throttles', 'Sum') },
      expression: 'FILL(failed, 0) + FILL(throttled, 0)',
      threshold: 0,
      periods: 3,
      window: 5,
    },
    prometheus: { expression: `${gained(select('billing_sync.webhooks', { status: '503' }), '5m')} > 0`, for: '3m' },
  },
  {
    name: 'ReceiverDurationAlarm',
    part: 'receiver',
    about:
      'The receiver has taken longer than 5 seconds for minutes. Shopify does not wait for longer, and sends again.',
    // 10 seconds before its timeout of 15. One slow answer alone is made up for by the provider.
    cloudWatch: { ...slow(receiver('Duration', 'Maximum'), 'receiver'), periods: 3, window: 5 },
    prometheus: { absent: 'A container does not measure it.' },
  },
]
