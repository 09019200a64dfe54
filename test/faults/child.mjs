/**
 * The built bundle as a process of its own: an event in, its answer out, over the channel to the parent. No TypeScript
 * here: a thousand of these are started and killed in a run.
 */
import { createRequire } from 'node:module'

const { BUNDLE, ENTRY = 'handler' } = process.env
const { handler } = createRequire(import.meta.url)(`${BUNDLE}/${ENTRY}.cjs`)

process.on('message', async ({ event, timeoutMs }) => {
  const deadline = performance.now() + timeoutMs
  const context = { getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()) }
  try {
    process.send({ kind: 'response', payload: (await handler(event, context)) ?? null })
  } catch (error) {
    process.send({ kind: 'error', message: String(error) })
  }
})
// A parent that is gone needs no worker.
process.on('disconnect', () => process.exit())
process.send('ready')
