import { afterEach, expect } from 'vitest'
import {
  createSquareSandbox,
  type Sandbox,
  type SandboxOptions,
  type SquareObject,
} from '../../../src/sandbox/square/index.ts'
import { checkAnswer, checkRequest } from '../../specs/square.ts'

export const now = 1_790_000_000
export const ms = now * 1_000
const open: Sandbox[] = []

/** A sandbox of 240 payments without limits, whose clock stands still. It is closed when the test ends. */
export async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await createSquareSandbox({ payments: 240, limits: 'none', now, ...options })
  open.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  readonly body: any
  /** The code of the only error. */
  readonly code: string | undefined
}

export interface Question {
  readonly body?: object
  readonly token?: string
  /** The request is meant to be outside the specification. */
  readonly isWrong?: boolean
}

/** Sends a request; it and its answer must be as the specification says. With a body it is a POST. */
export async function ask(sandbox: Sandbox, path: string, question: Question = {}): Promise<Reply> {
  const { body, token = 'EAAAsandbox', isWrong } = question
  const method = body ? 'POST' : 'GET'
  const url = new URL(sandbox.url + path)
  const text = body && JSON.stringify(body)
  if (!isWrong) expect(checkRequest(method, url.pathname, url.searchParams, text)).toEqual([])
  const headers = {
    authorization: `Bearer ${token}`,
    'square-version': '2026-09-16',
    'content-type': 'application/json',
  }
  const response = await fetch(url, { method, headers, ...(text ? { body: text } : {}) })
  const answer = await response.text()
  if (response.status !== 404 || !isWrong) expect(checkAnswer(method, url.pathname, answer)).toEqual([])
  const parsed = JSON.parse(answer)
  return { status: response.status, headers: response.headers, body: parsed, code: parsed.errors?.[0].code }
}

/** All objects of a list, read page by page until a page has no cursor. */
export async function readAll(
  sandbox: Sandbox,
  path: string,
  field: string,
  { body }: { body?: object } = {},
): Promise<SquareObject[]> {
  const objects: SquareObject[] = []
  let cursor: string | undefined
  do {
    const withCursor = body && { ...body, ...(cursor ? { cursor } : {}) }
    const url = !body && cursor ? `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}` : path
    const reply = await ask(sandbox, url, withCursor ? { body: withCursor } : {})
    expect(reply.body.errors).toBeUndefined()
    objects.push(...(reply.body[field] ?? []))
    cursor = reply.body.cursor
  } while (cursor)
  return objects
}

export const byId = (objects: readonly SquareObject[]) => objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** The query of a list that loses nothing by a default: all time. */
export const always = 'begin_time=2000-01-01T00:00:00Z'
