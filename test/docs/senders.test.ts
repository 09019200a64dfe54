import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { delays, namesOf } from '../../src/queue/rabbitmq/queues.ts'
import { openEnd } from '../contracts/queue-fixture.ts'
import { openPostgresServer } from '../queue/postgres-fixture.ts'

/* What docs/messages.md tells senders of other languages. The queues' suites send the same way, with `sendAsOthers`. */

let sections: ReadonlyMap<string, string>

beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/messages.md'), 'utf8')
  const parts = text.split(/^### /m).map((part) => [part.slice(0, part.indexOf('\n')), part] as const)
  sections = new Map(parts)
})

const section = (name: string) => sections.get(name) ?? expect.unreachable()

/** The examples of a section in one language. */
const examples = (name: string, language: string) =>
  [...section(name).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

test('the SQL for senders grants what a sender needs and queues the job', async () => {
  const server = await openPostgresServer()
  onTestFinished(server.close)
  const fixture = await server.openQueue('billing-sync')
  const [send = '', grants = ''] = examples('Postgres', 'sql')
  await server.query('create role my_api login')
  const asSender = `set local role my_api; ${send}`
  await expect(server.query(`begin; ${asSender}`)).rejects.toThrow(/permission denied/)
  await server.query('rollback')
  await server.query(grants)
  await server.query(`begin; ${asSender}; commit`)
  const intake = await openEnd(fixture)
  onTestFinished(() => intake.close())
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  const tenant = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
  expect(message?.group).toBe(tenant)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ tenantId: tenant, accessToken: 'acct_1ABC' })
})

test('the queues of delays and the names of RabbitMQ are those of the worker', () => {
  const { main, delayed } = namesOf('billing-sync')
  const said = section('RabbitMQ').match(/hold a message for ([\d, and]+) seconds/)?.[1] ?? ''
  expect([...said.matchAll(/\d+/g)].map(Number)).toEqual([...delays])
  expect(sections.get('Messages') ?? [...sections.values()].join()).toContain('routing key `NAME.delay.SECONDS`')
  expect(delayed(30)).toBe(`${main}.delay.30`)
  expect(examples('RabbitMQ', 'csharp').join()).toContain(`"", "${main}", mandatory: true`)
})
