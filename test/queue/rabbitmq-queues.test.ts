import { expect, test } from 'vitest'
import { namesOf } from '../../src/queue/rabbitmq/queues.ts'

test.each([
  [0, 'jobs'],
  [0.5, 'jobs.delay.1'],
  [1, 'jobs.delay.1'],
  [1.5, 'jobs.delay.2'],
  [61, 'jobs.delay.120'],
  [900, 'jobs.delay.900'],
  [5_000, 'jobs.delay.900'],
  [Number.POSITIVE_INFINITY, 'jobs.delay.900'],
])('a message that waits for %s s is sent to the queue %s', (seconds, queue) => {
  expect(namesOf('jobs').delayed(seconds)).toBe(queue)
})
