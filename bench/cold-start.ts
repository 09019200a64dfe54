import { createRequire } from 'node:module'
import { context, sqsEvent } from './contestants/sqs-event.ts'
import { sharedNow } from './server/protocol.ts'

/** What a fresh process tells about its first job, in milliseconds of the clock all processes share. */
export interface ColdStart {
  readonly loadedAt: number
  readonly endedAt: number
}

/* A process that does what Lambda's first invocation does: load the bundle, give it an event. Its settings are its environment. */
const [bundle = '', body = ''] = process.argv.slice(2)
const { handler } = createRequire(import.meta.url)(bundle)
const loadedAt = sharedNow()
await handler(sqsEvent(body), context())
const times: ColdStart = { loadedAt, endedAt: sharedNow() }
process.send?.(times)
process.disconnect?.()
