import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { DeadLetter } from '../../../src/queue/queue.ts'
import { type Body, bodies } from '../fuzz/bodies.ts'
import { endedJobs } from '../fuzz/ended-jobs.ts'
import { findSecrets } from '../secrets.ts'
import { type ContainerEnv, openContainerEnv } from './container-env.ts'
import type { TransportScenario } from './transport-scenario.ts'

/** Messages that are sent at once. */
const together = 20
/** More than so many do not wait for a worker at a time. */
const ahead = 500

export const messages: TransportScenario = {
  name: 'messages',
  faults: ['F39', 'F40', 'F41', 'F65'],
  about:
    'fuzzed messages (fast-check and a corpus of bombs) through the queue of the transport and a container of ten lanes',
  claim:
    'every message that the queue takes is done, failed in its row, or a dead letter without its secrets; no container ends; nothing is left',
  rounds: { test: 100, ci: 200, full: 500 },
  async run({ transport, seed, rounds, say }) {
    const settings = { Worker__MaxRetries: '0', Worker__Concurrency: '10', Worker__LeaseSeconds: '10' }
    const env = await openContainerEnv(transport, { sandbox: { customers: 3 }, settings })
    try {
      const container = await env.startContainer()
      const drawn = fc.sample(bodies, { numRuns: rounds, seed })
      const sent: Body[] = []
      for (let at = 0; at < drawn.length; at += together) {
        while ((await env.intake.depth()).waiting > ahead) await delay(50)
        const given = drawn.slice(at, at + together)
        const accepted = await Promise.all(given.map((body) => isAccepted(env, body)))
        sent.push(...given.filter((_, index) => accepted[index]))
        if (at % 500 === 0 && at > 0) say(`${at} messages`)
      }
      await env.emptied()
      const code = await container.end('SIGTERM')
      const { problems, counts } = await examine(env, sent)
      const refused = drawn.filter((body) => !sent.includes(body))
      return {
        rounds,
        figures: { ...counts, 'refused by the queue': refused.length },
        problems: [
          ...problems,
          ...(code === 0 ? [] : [`the container ended with ${code}`]),
          ...(transport.name === 'postgres' ? [] : describeRefused(refused)),
          ...(env.logs().includes('"delivery_crashed"') ? ['a delivery failed in an unexpected way'] : []),
          ...(await findSecrets(env)),
        ],
      }
    } finally {
      await env.close()
    }
  },
}

/** What a worker understands, no queue but that in Postgres refuses, which takes no key. */
const describeRefused = (refused: readonly Body[]) =>
  refused
    .filter(({ fate }) => fate === 'failed' || fate === 'completed')
    .map(({ body }) => `the queue refused ${JSON.stringify(body.slice(0, 300))}`)

/**
 * A queue may refuse a body: one in Postgres takes only JSON, SQS takes no control character and no more than a mebibyte.
 * On a busy machine an answer may come too late. So what is refused is sent once more.
 */
const isAccepted = async ({ intake }: ContainerEnv, { body }: Body) => {
  const send = () =>
    intake.send(body, 0).then(
      () => true,
      () => false,
    )
  return (await send()) || (await send())
}

/** What became of these messages, by the dead letters and the tables alone. */
async function examine({ query, queue }: ContainerEnv, sent: readonly Body[]) {
  const problems: string[] = []
  const ended = await endedJobs(
    query,
    sent.map(({ body }) => body),
  )
  const letters = await queue.deadLetters()
  const counts = { 'dead letters': 0, failed: 0, completed: 0 }
  for (const [at, { body, fate }] of sent.entries()) {
    const came = ended[at] ?? 'dead letters'
    counts[came]++
    const expected = { unreadable: 'dead letters', failed: 'failed', completed: 'completed', any: came }[fate]
    if (came !== expected)
      problems.push(`message ${JSON.stringify(body.slice(0, 300))}: ${came} instead of ${expected}`)
  }
  // A message whose lock runs out is delivered again, and becomes a dead letter again.
  const different = new Set(letters.map(({ messageId }) => messageId)).size
  if (different !== counts['dead letters'])
    problems.push(`${different} messages are dead letters, and ${counts['dead letters']} have no ended job`)
  if (letters.some((letter: DeadLetter) => letter.code !== 'unreadable_message'))
    problems.push('a dead letter has another reason than that it cannot be read')
  return { problems, counts: { ...counts, 'dead letters twice': letters.length - different } }
}
