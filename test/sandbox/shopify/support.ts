import { readFileSync } from 'node:fs'
import { afterEach, expect } from 'vitest'
import { createShopifySandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/shopify/index.ts'
import { checkAnswer } from '../../specs/shopify.ts'

export const now = 1_790_000_000
export const day = 86_400
const open: Sandbox[] = []

/** A sandbox of 240 orders with all points, whose clock stands still. It is closed when the test ends. */
export async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await createShopifySandbox({ orders: 240, points: 'none', now, ...options })
  open.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
export type Loose = any

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly data: Loose
  readonly errors: Loose
  readonly extensions: Loose
  readonly body: Loose
  /** The code of the first error. */
  readonly code: string | undefined
}

export interface Question {
  readonly variables?: object
  readonly token?: string
  readonly version?: string
  /** The answer is meant to be against the schema. */
  readonly isOtherwise?: boolean
}

/** Sends a query; the data of its answer must be as Shopify's schema says. */
export async function ask(sandbox: Sandbox, query: string, question: Question = {}): Promise<Reply> {
  const { variables = {}, token = 'shpat_sandbox', version = '2026-10', isOtherwise } = question
  const response = await fetch(`${sandbox.url}/admin/api/${version}/graphql.json`, {
    method: 'POST',
    headers: { 'x-shopify-access-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const body = JSON.parse(await response.text())
  const { data, errors, extensions } = body
  if (response.status === 200 && !isOtherwise) expect(checkAnswer(query, body)).toEqual([])
  const code = Array.isArray(errors) ? errors[0]?.extensions?.code : undefined
  return { status: response.status, headers: response.headers, data, errors, extensions, body, code }
}

export interface Listing {
  readonly first?: number
  readonly query?: string
  readonly sortKey?: string
  readonly reverse?: boolean
  readonly after?: string
  /** What is asked of each object, besides its id. */
  readonly fields?: string
}

/** The query for one page of a root list. */
export function listQuery(name: string, { first = 50, query, sortKey, reverse, after, fields = '' }: Listing): string {
  const given = [
    `first: ${first}`,
    ...(query === undefined ? [] : [`query: ${JSON.stringify(query)}`]),
    ...(sortKey === undefined ? [] : [`sortKey: ${sortKey}`]),
    ...(reverse === undefined ? [] : [`reverse: ${reverse}`]),
    ...(after === undefined ? [] : [`after: ${JSON.stringify(after)}`]),
  ]
  return `{ ${name}(${given.join(', ')}) { nodes { id ${fields} } pageInfo { hasNextPage endCursor } } }`
}

/** One page of a root list. */
export async function page(sandbox: Sandbox, name: string, listing: Listing = {}) {
  const reply = await ask(sandbox, listQuery(name, listing))
  expect(reply.errors).toBeUndefined()
  return { ...reply, nodes: reply.data[name].nodes as Loose[], pageInfo: reply.data[name].pageInfo as Loose }
}

/** All objects of a root list, read page by page. */
export async function readAll(sandbox: Sandbox, name: string, listing: Listing = {}): Promise<Loose[]> {
  const nodes: Loose[] = []
  let after: string | undefined
  while (true) {
    const { nodes: more, pageInfo } = await page(sandbox, name, { ...listing, ...(after ? { after } : {}) })
    nodes.push(...more)
    if (!pageInfo.hasNextPage) return nodes
    after = pageInfo.endCursor
  }
}

export const idsOf = (objects: readonly { readonly id: string }[]) => objects.map(({ id }) => id)
export const at = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')
export const seconds = (moment: unknown) => Date.parse(String(moment)) / 1_000

export const documentNames = [
  'balance_transactions',
  'billing_attempts',
  'by_id',
  'customers',
  'deletions',
  'disputes',
  'orders',
  'payouts',
  'products',
  'selling_plan_groups',
  'since',
  'subscription_contracts',
] as const

export const document = (name: string) => readFileSync(new URL(`./documents/${name}.graphql`, import.meta.url), 'utf8')
