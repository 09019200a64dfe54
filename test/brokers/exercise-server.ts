import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openIntake } from '../../src/queue/open-intake.ts'
import { createRetry } from '../../src/queue/retry.ts'
import type { QueueFixture } from '../contracts/queue-fixture.ts'
import { collectLog } from '../support/collected-log.ts'
import { expectNoSecret, failureOf, next } from './intake-calls.ts'
import type { ServerProcess } from './server-process.ts'

/** The servers of a transport, as its own fixtures have them. */
export interface Servers {
  readonly server: Pick<ServerProcess, 'start' | 'stop'>
  openQueue(): Promise<QueueFixture>
}

export interface Ways {
  /** As errors begin: `rabbitmq`. */
  readonly transport: string
  /** What becomes of a received message while the server is away. `lost`: it is delivered again. */
  readonly heldMessage: 'lost' | 'kept'
  /** Wrong addresses by name: how one is made of the right one, and what the error must say. */
  readonly wrongAddresses: Readonly<Record<string, readonly [change: (url: string) => string, cause: string]>>
}

/** Registers the tests of a server that is away or refuses. */
export function exerciseServer(servers: () => Servers, { transport, heldMessage, wrongAddresses }: Ways): void {
  async function setup(change: (url: string) => string = (url) => url) {
    const { options } = await servers().openQueue()
    const intake = await openIntake({ url: change(options.url), lockSeconds: 60, maxReceives: 12 })
    onTestFinished(() => intake.close())
    return intake
  }

  test('while the server is away each call fails in words without the password, and the receiver is back soon after it', async () => {
    const intake = await setup()
    await intake.send('{"n":1}', 0)
    const message = await next(intake)
    const { server } = servers()
    await server.stop('SIGKILL')
    const answering = [() => intake.acknowledge(message), () => intake.heartbeat(message, 60)]
    const calls = [
      () => intake.send('{"canary":1}', 0),
      () => intake.deadLetter({ body: '{"canary":1}', reason: '', code: '', messageId: '' }),
      () => intake.receive(1, AbortSignal.timeout(20_000)),
      ...(heldMessage === 'kept' ? answering : []),
    ]
    const failures = await Promise.all(calls.map((call) => failureOf(call())))
    if (heldMessage === 'lost')
      for (const answer of answering)
        expect((await failureOf(answer())).message).toContain(`${transport}: the worker has the message no longer`)
    // The first receive failed at once, so that the outage is logged. The next ones wait for the server.
    const back = next(intake)
    back.catch(() => {})
    await server.start()
    for (const failure of failures) {
      expect(failure.message).toMatch(
        /^[a-z-]+: the server at 127\.0\.0\.1:\d+ failed: .*Check the server and Queue\.Url\.$/,
      )
      expect(failure.message.startsWith(`${transport}: `)).toBe(true)
      expectNoSecret(failure)
    }
    if (heldMessage === 'lost') return expect(await back).toMatchObject({ body: '{"n":1}' })
    // A server that listens may still read its files. A call waits three seconds for that.
    const answers = () =>
      intake.depth().then(
        () => true,
        () => false,
      )
    await expect.poll(answers).toBe(true)
    await intake.acknowledge(message)
    await intake.send('{"n":2}', 0)
    expect(await back).toMatchObject({ body: '{"n":2}' })
  })

  test('an outage is logged once, however many receives end while the server is away', async () => {
    const intake = await setup()
    const { server } = servers()
    await server.stop('SIGKILL')
    const log = collectLog()
    const withRetry = createRetry(new AbortController().signal, { clock: systemClock, log })
    let receives = 0
    let started: Promise<void> | undefined
    const start = () => (started ??= server.start())
    onTestFinished(start)
    const receive = () => {
      if (++receives === 6) start()
      return intake.receive(1, AbortSignal.timeout(300))
    }
    expect(await withRetry(receive)).toEqual([])
    expect(receives).toBeGreaterThanOrEqual(6)
    expect(log.lines().map(({ event }) => event)).toEqual(['queue_away', 'queue_back'])
    await started
  })

  test.each(Object.entries(wrongAddresses))('%s is told in words without the password', async (_, [change, cause]) => {
    const failure = await failureOf(setup(change))
    expect(failure.message).toContain(cause)
    expectNoSecret(failure)
  })
}
