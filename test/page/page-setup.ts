import { request } from 'node:http'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { cancelJob } from '../../src/operations/cancel.ts'
import { openPage, type PageOptions } from '../../src/page/open.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'

/** The login of the page: a member of billing_sync_reader. */
const readerLogin = 'page_under_test'

const taken = new Set(['42710', '23505'])

/** A page over a database of the test's own. It reads with a reader's login and acts with the worker's. */
export async function openTestPage(overrides: Partial<PageOptions> = {}) {
  const { url, query } = await openTestDatabase()
  await query(`create role ${readerLogin} login in role billing_sync_reader`).catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError && taken.has(error.code ?? ''))) throw error
  })
  const login = new URL(url)
  login.username = readerLogin
  const worker = await openDatabase(parseConnectionString(`${asWorker(url)}?sslmode=disable`), {
    connections: 1,
    applicationName: 'test',
  })
  const options: PageOptions = {
    database: parseConnectionString(`${login.href}?sslmode=disable`),
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    names: [],
    resources: async () => ['customers', 'subscriptions', 'invoices'],
    actions: {
      cancel: async ({ tenantId, id }) => cancelJob(worker.tenant(tenantId), id),
    },
    ...overrides,
  }
  const page = await openPage(options)
  const closing = [page.close]
  onTestFinished(async () => {
    for (const close of closing) await close()
    await worker.close()
  })
  return {
    ...page,
    query,
    job: (columns?: Readonly<Record<string, unknown>>) => plantJob(query, columns),
    get: (path: string, headers?: Readonly<Record<string, string>>) => ask(page.address, { path, headers }),
    post: (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
      ask(page.address, {
        method: 'POST',
        path,
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    /** Closes the page and opens it on the same port. */
    async restart(whileClosed: () => Promise<void> = async () => {}) {
      await page.close()
      await whileClosed()
      closing[0] = (await openPage({ ...options, port: Number(new URL(page.address).port) })).close
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One request, with any Host. */
export function ask(address: string, { method = 'GET', path, body, headers = {} }: Asked): Promise<Answer> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, async (response) => {
      response.setEncoding('utf8')
      let text = ''
      for await (const part of response) text += part
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Server-sent events of a page, as they come. */
export function follow(address: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(address)
  const events: { readonly name: string; readonly data: Followed }[] = []
  let wake = () => {}
  let status = 0
  const sent = request({ hostname, port, path: `/events${path}`, headers }, (response) => {
    status = response.statusCode ?? 0
    wake()
    response.setEncoding('utf8')
    let text = ''
    response.on('data', (part: string) => {
      text += part
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
        if (name !== '') events.push({ name, data: JSON.parse(data) })
      }
      wake()
    })
    response.on('error', () => {})
  })
  sent.on('error', () => {})
  sent.end()
  const until = async <Result>(look: () => Result | undefined): Promise<Result> => {
    for (;;) {
      const match = look()
      if (match !== undefined) return match
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  onTestFinished(() => void sent.destroy())
  return {
    events,
    status: () => until(() => status || undefined),
    /** The first event after `from` with such a part. */
    part: (id: string, pattern: RegExp, from = 0) =>
      until(() =>
        events
          .slice(from)
          .map(({ data }) => data.parts?.[id])
          .find((markup) => markup !== undefined && pattern.test(markup)),
      ),
    event: (name: string) => until(() => events.find((event) => event.name === name)),
    close: () => sent.destroy(),
  }
}

interface Followed {
  readonly order?: readonly string[]
  readonly parts?: Readonly<Record<string, string>>
}

/** The progress of one resource of a job. */
export const progress = (share: number, fetched: number) => ({
  fetched,
  created: fetched,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  share,
})
