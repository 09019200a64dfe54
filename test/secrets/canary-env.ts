import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openLambda } from '../lambda/lambda.ts'
import { setup, sqsEvent } from '../support/setup.ts'
import { type Echo, echoes, openEchoingProvider } from './echoing-provider.ts'
import { openSecretStore } from './secret-store.ts'

export const marker = `Canary${randomBytes(6).toString('hex')}`

/** In each form in which a program is likely to pass it on. */
const forms = [
  marker,
  ...[0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + marker)
      .toString('base64')
      .slice(shift && 4, -4),
  ),
  Buffer.from(marker).toString('hex'),
].map((form) => form.toLowerCase())
export const isLeak = (text: string) => forms.some((form) => text.toLowerCase().includes(form))

interface Evidence {
  readonly where: string
  readonly text: string
}

export const leaks = (evidence: readonly Evidence[]) =>
  evidence
    .flatMap(({ where, text }) => text.split('\n').map((line) => ({ where, line })))
    .filter(({ line }) => isLeak(line))
    .map(({ where, line }) => `${where}: …${around(line)}…`)
    .filter((line, at, all) => all.indexOf(line) === at)

const around = (line: string) => {
  const at = Math.min(...forms.map((form) => line.toLowerCase().indexOf(form)).filter((position) => position >= 0))
  return line.slice(Math.max(0, at - 150), at + 100)
}

export const key = (echo: Echo | 'none') => `sk_live_${marker}_${echo.replaceAll('-', '_')}`
export const names = Object.keys(echoes) as Echo[]

export async function setupCanary() {
  const [provider, store] = await Promise.all([openEchoingProvider(), openSecretStore()])
  const parts = await setup()
  const environment: Record<string, string> = {
    ...parts.environment,
    Stripe__ApiBase: provider.url,
    Stripe__ApiKey: key('e401'),
    Secrets__Endpoint: store.endpoint,
    Secrets__Prefix: 'tenants/',
    Worker__MaxRetries: '1',
    Worker__Concurrency: '10',
    ConnectionStrings__DefaultConnection: withPassword(parts.url),
  }
  return { ...parts, provider, store, environment }
}

export const withPassword = (url: string, over: Readonly<Record<string, string | number>> = {}) => {
  const { host, port, database } = parseConnectionString(url)
  const keywords = {
    Host: host,
    Port: port,
    Database: database,
    Username: 'postgres',
    Password: `"${marker};"`,
    'SSL Mode': 'Disable',
    ...over,
  }
  return Object.entries(keywords)
    .map((pair) => pair.join('='))
    .join(';')
}

/** The clock of patience goes a hundred times as fast, so that a minute of it is short. */
const hurried = 'data:text/javascript,const%20now=performance.now.bind(performance);performance.now=()=>now()*100'

interface Handling {
  readonly environment: Readonly<Record<string, string>>
  readonly bodies: readonly unknown[]
  readonly timeoutMs?: number
}

/** The real handler of the bundle in `root` in a process of its own, given these bodies as often as they come back, three times at most. */
export async function handled(root: string, { environment, bodies, timeoutMs = 60_000 }: Handling) {
  const lambda = await openLambda({
    root,
    handler: 'handler.handler',
    env: { ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    nodeArgs: ['--import', hurried],
  })
  onTestFinished(() => lambda.close())
  const answers: unknown[] = []
  for (let n = 0; n < 3; n++) answers.push(await lambda.invoke(sqsEvent(bodies as string[]), timeoutMs))
  await lambda.close()
  return { answers, logs: lambda.logs() }
}

/** Every row of every table, and the statements Postgres remembers. */
export async function rowsOf(url: string): Promise<Evidence[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    )
    expect(tables.length).toBeGreaterThan(20)
    const evidence: Evidence[] = []
    for (const { name } of [...tables, { name: '(select query, application_name, usename from pg_stat_activity)' }]) {
      const { rows } = await client.query<{ line: string }>(`select one::text as line from ${name} as one`)
      evidence.push({ where: name, text: rows.map(({ line }) => line).join('\n') })
    }
    return evidence
  } finally {
    await client.end()
  }
}

export const quoted = (value: unknown) => JSON.stringify(value)
