import { afterEach, expect } from 'vitest'
import {
  createPayPalSandbox,
  type Fields,
  type Sandbox,
  type SandboxOptions,
  sandboxApp,
} from '../../../src/sandbox/paypal/index.ts'
import { checkAnswer, checkRequest } from '../../specs/paypal.ts'

export const now = 1_790_000_000
export const day = 86_400
export const hour = 3_600
const open: Sandbox[] = []

/** A sandbox of 1,000 transactions without limits, whose clock stands still. It is closed when the test ends. */
export async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await createPayPalSandbox({ limits: 'none', now, ...options })
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
  /** The name of the error. */
  readonly name: string | undefined
  /** The issue of its first detail. */
  readonly issue: string | undefined
}

export interface Question {
  readonly body?: object
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** The request is meant to be outside the specification. */
  readonly isWrong?: boolean
}

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** Asks for a token as an app does. */
export async function mint(
  sandbox: Sandbox,
  secret: string = sandboxApp.secret,
  body = 'grant_type=client_credentials',
) {
  const headers = {
    authorization: basic(sandboxApp.id, secret),
    'content-type': 'application/x-www-form-urlencoded',
  }
  const response = await fetch(`${sandbox.url}/v1/oauth2/token`, { method: 'POST', headers, body })
  const text = await response.text()
  expect(checkAnswer('POST', '/v1/oauth2/token', text, response.status)).toEqual([])
  return { status: response.status, body: JSON.parse(text) }
}

const tokens = new WeakMap<Sandbox, { readonly text: string; readonly until: number }>()

/** The token that the questions to a sandbox are asked with; a new one where it has expired. */
export async function tokenOf(sandbox: Sandbox): Promise<string> {
  const known = tokens.get(sandbox)
  if (known && sandbox.now() < known.until) return known.text
  const { access_token: text, expires_in: seconds } = (await mint(sandbox)).body
  tokens.set(sandbox, { text, until: sandbox.now() + seconds })
  return text
}

/** Sends a request; it and its answer must be as the specification says. With a body it is a POST. */
export async function ask(sandbox: Sandbox, path: string, question: Question = {}): Promise<Reply> {
  const { body, isWrong, headers: more = {} } = question
  const token = question.token ?? (await tokenOf(sandbox))
  const method = body ? 'POST' : 'GET'
  const url = new URL(sandbox.url + path)
  const text = body && JSON.stringify(body)
  if (!isWrong) expect(checkRequest(method, url.pathname, url.searchParams, text)).toEqual([])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more }
  const response = await fetch(url, { method, headers, ...(text ? { body: text } : {}) })
  const answer = await response.text()
  expect(checkAnswer(method, url.pathname, answer, response.status)).toEqual([])
  const parsed = JSON.parse(answer)
  const { name, details } = parsed
  return { status: response.status, headers: response.headers, body: parsed, name, issue: details?.[0]?.issue }
}

/** A moment as a request writes it. */
export const at = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')

export interface SearchOptions {
  readonly from: number
  readonly to: number
  readonly more?: string
}

/** The path of a search of transactions of every kind, with everything that is known of them. */
export const searchPath = ({ from, to, more = '' }: SearchOptions) =>
  `/v1/reporting/transactions?start_date=${at(from)}&end_date=${at(to)}&fields=all&balance_affecting_records_only=N${more}`

/** All transactions of a window, page by page. */
export async function search(sandbox: Sandbox, from: number, to: number, more = ''): Promise<Fields[]> {
  const items: Fields[] = []
  for (let page = 1; ; page++) {
    const { body } = await ask(sandbox, searchPath({ from, to, more: `&page_size=500&page=${page}${more}` }))
    expect(body.message).toBeUndefined()
    items.push(...body.transaction_details)
    if (page >= body.total_pages) return items
  }
}

/** All transactions of the three years, by windows of thirty-one days. */
export async function searchAll(sandbox: Sandbox): Promise<Fields[]> {
  const items: Fields[] = []
  const end = sandbox.now()
  for (let from = end - 3 * 365 * day; from < end - 2 * hour; from += 31 * day)
    items.push(...(await search(sandbox, from, Math.min(from + 31 * day - 1, end))))
  return items
}

/** All objects of a list with page numbers, until a page has no next one. */
export async function readAll(
  sandbox: Sandbox,
  path: string,
  field: string,
  question: Question = {},
): Promise<Fields[]> {
  const objects: Fields[] = []
  for (let page = 1; ; page++) {
    const { body } = await ask(sandbox, `${path}${path.includes('?') ? '&' : '?'}page=${page}`, question)
    objects.push(...(body[field] ?? []))
    if (!body.links.some(({ rel }: { rel: string }) => rel === 'next')) return objects
  }
}

/** Rows in an order of their own, to be compared whatever the order they were listed in. */
export const sorted = (objects: Iterable<Fields>) => [...objects].map((object) => JSON.stringify(object)).toSorted()
