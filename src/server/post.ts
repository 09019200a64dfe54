import type { IncomingMessage } from 'node:http'
import type { PostRoute } from './route.ts'

/** Reads the body of a request and gives it to its route. */
export async function postTo(
  { mostBytes, receive }: PostRoute,
  path: string,
  request: IncomingMessage,
): ReturnType<PostRoute['receive']> {
  if (request.method !== 'POST') return { status: 405, body: 'The server takes POST here.' }
  const body = await bodyOf(request, mostBytes)
  if (body === null) return { status: 413, body: `A body has at most ${mostBytes} bytes.` }
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return receive({ path, headers: Object.fromEntries(headers), body })
}

/** Null if the body is too large: the rest of it is not read. */
async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
