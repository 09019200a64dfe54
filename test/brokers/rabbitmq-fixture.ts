import { randomUUID } from 'node:crypto'
import { type ChannelModel, connect, type GetMessage } from 'amqplib'
import type { QueueFixture } from '../contracts/queue-fixture.ts'
import { type RabbitServer, startRabbit } from './rabbitmq-server.ts'

export interface RabbitFixtures {
  readonly server: RabbitServer
  openQueue(name?: string): Promise<QueueFixture>
  /** Does something on a connection of the test's own. */
  onConnection<Answer>(work: (connection: ChannelModel) => Promise<Answer>): Promise<Answer>
  close(): Promise<void>
}

export async function openRabbitFixtures(): Promise<RabbitFixtures> {
  const server = await startRabbit()
  const onConnection: RabbitFixtures['onConnection'] = async (work) => {
    const connection = await connect(server.url)
    connection.on('error', () => {})
    try {
      return await work(connection)
    } finally {
      await connection.close().catch(() => {})
    }
  }
  return {
    server,
    onConnection,
    async openQueue(name = `queue-${randomUUID().slice(0, 8)}`) {
      return {
        options: { url: `${server.url}?queue=${name}` },
        // As docs/messages.md says.
        sendAsOthers: (body, { group, delaySeconds = 0 }) =>
          onConnection(async (connection) => {
            const channel = await connection.createConfirmChannel()
            const routingKey = delaySeconds === 0 ? name : `${name}.delay.${delaySeconds}`
            channel.publish('', routingKey, Buffer.from(body), {
              persistent: true,
              mandatory: true,
              headers: group === undefined ? {} : { group },
            })
            await channel.waitForConfirms()
          }),
        deadLetters: () =>
          onConnection(async (connection) => {
            const channel = await connection.createChannel()
            const letters: GetMessage[] = []
            for (let letter = await channel.get(`${name}.dead`); letter; letter = await channel.get(`${name}.dead`))
              letters.push(letter)
            return letters.map(({ content, properties: { headers = {} } }) => ({
              body: content.toString(),
              reason: String(headers.reason ?? ''),
              code: String(headers.code ?? ''),
              messageId: String(headers.messageId ?? ''),
            }))
          }),
        async restart() {
          await server.stop('SIGKILL')
          await server.start()
        },
        losses: {
          'RabbitMQ closes its connection': async () => {
            await server.evaluate(
              'lists:foreach(fun(C) -> rabbit_networking:close_connection(C, "test") end, rabbit_networking:connections()).',
            )
          },
          'its connection is cut': async () => {
            await server.evaluate('lists:foreach(fun(C) -> exit(C, kill) end, rabbit_networking:connections()).')
          },
        },
        unfair: 'RabbitMQ serves messages in the order in which they came, and is not fair to groups.',
        ageless: 'RabbitMQ shows no message that it does not hand out.',
        async close() {},
      }
    },
    close: () => server.remove(),
  }
}
