import type { SQSEvent } from 'aws-lambda'
import { afterAll, expect, test } from 'vitest'
import { openFaultEnv } from './fault-env.ts'
import { closeFaultServer } from './fault-server.ts'

afterAll(closeFaultServer)

test('an event for a worker that was just killed ends as a crash', async () => {
  const env = await openFaultEnv()
  try {
    const kinds: string[] = []
    for (let round = 0; round < 4; round++) {
      const worker = await env.openWorker()
      worker.signal('SIGKILL')
      // The process dies before the event loop hears of it: writing to it fails with EPIPE.
      const end = performance.now() + 3
      while (performance.now() < end);
      const event = { Records: [], padding: 'x'.repeat(200_000) }
      kinds.push((await worker.invoke(event as SQSEvent, 1_000)).kind)
    }
    expect(kinds).toEqual(['crash', 'crash', 'crash', 'crash'])
  } finally {
    await env.close()
  }
})
