import { expect, test } from 'vitest'
import { plan } from '../../../src/job/state/checkpoint.ts'
import { readCheckpoint } from '../../../src/job/state/stored-checkpoint.ts'

const stored = plan([{ resource: { name: 'customers' }, since: 0 }])

test.each([
  ['of a newer version goes back to the queue', { ...stored, version: 3 }, 'retry', 'checkpoint_newer'],
  ['of a newer version in another form goes back too', { version: 4 }, 'retry', 'checkpoint_newer'],
  ['that is damaged rejects the job', { ...stored, slices: 'none' }, 'reject', 'checkpoint_unreadable'],
  ['without a version rejects the job', {}, 'reject', 'checkpoint_unreadable'],
])('a checkpoint %s', (_, value, verdict, code) => {
  expect(() => readCheckpoint(value)).toThrow(expect.objectContaining({ verdict, code }))
})
