import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/**
 * What becomes of a call to the queue: it passes; the connection breaks before the queue has it; the queue does it and
 * the answer is lost; it is done twice; it is answered with an error; nobody ever answers. A number: so many milliseconds late.
 */
export type QueueFate = 'pass' | 'cut-before' | 'cut-after' | 'twice' | 'refuse' | 'receipt-lost' | 'hang' | number

/** A call as the proxy sees it: `SendMessage`, and how many of that name there were, from 1. */
export interface QueueCall {
  readonly action: string
  readonly nth: number
  readonly body: string
}

/** A way to the queue that breaks at chosen calls. */
export interface QueueProxy {
  /** For `Queue__Endpoint`. */
  readonly endpoint: string
  /** Asked about each call; counts anew. */
  decide(fate: (call: QueueCall) => QueueFate): void
  close(): Promise<void>
}

/** Opens a proxy in front of the queue's endpoint. It must be closed. */
export async function openQueueProxy(endpoint: string): Promise<QueueProxy> {
  let decide: (call: QueueCall) => QueueFate = () => 'pass'
  const seen = new Map<string, number>()
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const action = String(request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '')
    const nth = (seen.get(action) ?? 0) + 1
    seen.set(action, nth)
    const fate = decide({ action, nth, body: body.toString() })
    if (typeof fate === 'number') await new Promise((resolve) => setTimeout(resolve, fate))
    switch (fate) {
      case 'cut-before':
        response.destroy()
        return
      case 'refuse':
        return fail(response, 500, 'InternalFailure')
      case 'receipt-lost':
        return fail(response, 400, 'ReceiptHandleIsInvalid')
      case 'hang':
        return
      case 'twice':
        await forward(endpoint, request, body)
        break
    }
    const answer = await forward(endpoint, request, body)
    if (fate === 'cut-after') response.destroy()
    else response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide(fate) {
      seen.clear()
      decide = fate
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function fail(response: ServerResponse, status: number, code: string): void {
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'injected' })
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${code};Sender` })
  response.end(body)
}

function forward(endpoint: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const options = { method, headers: { ...headers, host: new URL(endpoint).host } }
    const sent = openRequest(new URL(url ?? '/', endpoint), options, (answer) => {
      const { statusCode: status = 502, headers: answerHeaders } = answer
      buffer(answer).then((all) => resolve({ status, headers: answerHeaders, body: all }), reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
