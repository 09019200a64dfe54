import { createRequire } from 'node:module'
import { context } from './contestants/sqs-event.ts'

/* The worker's bundle as one of Lambda's execution environments: a process that gets events and answers them. */
const { handler } = createRequire(import.meta.url)(process.argv[2] ?? '')
process.on('message', (event) => {
  handler(event, context()).then((payload: unknown) => process.send?.(payload ?? null))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
