import { expect, test } from 'vitest'
import { readConfig } from '../src/config/load.ts'
import { openWorker } from '../src/worker.ts'
import { createMemoryQueue } from './queue/memory-queue.ts'
import { collectLog } from './support/collected-log.ts'
import { openTestDatabase } from './support/database.ts'

test('a setting that the worker does not know is logged once, when it starts', async () => {
  const { url } = await openTestDatabase()
  const environment = { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` }
  const log = collectLog()
  const config = readConfig({ environment, file: { Worker: { PollingInterval: 5 } } })
  const worker = await openWorker(config, { log, queue: createMemoryQueue(), name: 'test' })
  await worker.close()
  expect(log.lines()).toEqual([
    expect.objectContaining({
      level: 'warn',
      event: 'setting_unknown',
      message: expect.stringContaining('Worker.PollingInterval is not a setting of this worker'),
    }),
  ])
})
