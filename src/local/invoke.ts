import { randomUUID } from 'node:crypto'
import type { Context, SQSEvent } from 'aws-lambda'

/** How one invocation ended. `payload` is the response after JSON; `null` when there was none. */
export type Invocation =
  | { readonly kind: 'response'; readonly payload: unknown }
  | { readonly kind: 'error' | 'timeout' | 'crash'; readonly message: string }

/** Runs a function once, somewhere. Never rejects; `timeoutMs` is the function's whole time. */
export type Invoke = (event: SQSEvent, timeoutMs: number) => Promise<Invocation>

/**
 * Invokes a handler in this process. Event and response pass through JSON as they do on Lambda.
 * A handler that outlives its time is reported as `timeout` but cannot be killed: it goes on, unheard.
 */
export function inProcess(handler: (event: SQSEvent, context: Context) => Promise<unknown>): Invoke {
  return (event, timeoutMs) =>
    new Promise((resolve) => {
      const context = lambdaContext(timeoutMs)
      const message = `${context.awsRequestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
      const timer = setTimeout(() => resolve({ kind: 'timeout', message }), timeoutMs)
      answer(handler, event, context).then((invocation) => {
        clearTimeout(timer)
        resolve(invocation)
      })
    })
}

async function answer(
  handler: (event: SQSEvent, context: Context) => Promise<unknown>,
  event: SQSEvent,
  context: Context,
): Promise<Invocation> {
  try {
    const response = await handler(JSON.parse(JSON.stringify(event)), context)
    return { kind: 'response', payload: JSON.parse(JSON.stringify(response ?? null)) }
  } catch (error) {
    return { kind: 'error', message: String(error) }
  }
}

function lambdaContext(timeoutMs: number): Context {
  const deadline = performance.now() + timeoutMs
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'billing-sync',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:billing-sync',
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: '/aws/lambda/billing-sync',
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
    done: goneSinceNode24,
    fail: goneSinceNode24,
    succeed: goneSinceNode24,
  }
}

function goneSinceNode24(): never {
  throw new Error('lambda: callbacks are gone since Node 24; return a promise')
}
