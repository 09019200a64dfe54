import { randomUUID } from 'node:crypto'
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda'
import { environmentVariable, openConfig } from './config/load.ts'
import type { WebhookAnswer } from './live/webhook.ts'
import { createLambdaLog } from './log/lambda.ts'
import { createSqsQueue } from './queue/sqs-on-demand.ts'
import { openSettings } from './secrets/open-settings.ts'
import { createEmfMeters } from './telemetry/emf.ts'
import { createLiveTelemetry, type LiveTelemetry } from './telemetry/live.ts'
import { openWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

/** The first invocation of a process opens the receiver. A failed start is tried again. */
let opening: Promise<WebhookReceiver> | undefined

/**
 * The Lambda entry of the receiver, which a function URL invokes for each webhook. A webhook that it cannot take is answered
 * with 503, and its provider sends it again.
 */
export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const { rawPath: path, headers, body = '', isBase64Encoded } = event
  if (event.requestContext.http.method !== 'POST') return result({ status: 405, body: 'The receiver takes POST.' })
  try {
    opening ??= open()
    const receiver = await opening
    return result(
      await receiver.receive({ path, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
    )
  } catch (error) {
    opening = undefined
    // The configuration may be what is wrong, so the namespace comes from the environment.
    openTelemetry(environmentVariable('Telemetry__Namespace')).cannotWork('worker_not_started')
    createLambdaLog('error').error('the receiver could not start', { event: 'webhook_failed' }, error)
    return result({ status: 503, body: 'The worker cannot take events now.' })
  }
}

function result({ status, body }: { readonly status: WebhookAnswer['status'] | 405; readonly body: string }) {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
  return { statusCode: status, headers, body: `${body}\n` }
}

async function open(): Promise<WebhookReceiver> {
  const config = await openConfig(openSettings)
  const { EventsUrl: Url, EventsDeadLetterUrl: DeadLetterUrl, Endpoint, Region } = config.Queue
  if (Url === undefined)
    throw new Error('receiver: Queue.EventsUrl is not configured. Set the environment variable Queue__EventsUrl.')
  return openWebhookReceiver(config, {
    name: `billing-sync receiver ${randomUUID().slice(0, 8)}`,
    log: createLambdaLog(config.Log.Level),
    queue: createSqsQueue({ Url, DeadLetterUrl, Endpoint, Region }),
    telemetry: openTelemetry(config.Telemetry.Namespace),
  })
}

/** Metrics go into the log of the function, from which CloudWatch takes them. */
function openTelemetry(namespace = 'billing-sync'): LiveTelemetry {
  const write = (line: string) => void process.stdout.write(`${line}\n`)
  return createLiveTelemetry(createEmfMeters({ namespace, write, now: Date.now }))
}
