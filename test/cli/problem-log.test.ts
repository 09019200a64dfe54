import { expect, test } from 'vitest'
import { createProblemLog } from '../../src/cli/problem-log.ts'

test('a problem is told with its resource, its reason and what the error says, once', () => {
  const { log, problems } = createProblemLog()
  log.info('no problem', { event: 'batch_committed' })
  const skipped = {
    event: 'resource_skipped',
    resource: 'disputes',
    reason: 'The key may not.',
  } as const
  log.warn('resource skipped', skipped)
  log.child({}).warn('resource skipped', skipped)
  log.error('the job failed', { event: 'job_failed' }, new Error('gone'))
  expect([...problems]).toEqual(['resource skipped: disputes: The key may not.', 'the job failed: gone'])
})
