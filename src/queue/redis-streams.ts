import { randomUUID } from 'node:crypto'
import type { Message } from './message.ts'
import { poisonLetter } from './poison.ts'
import type { Intake, IntakeOptions } from './queue.ts'
import { openConnection } from './redis-streams/connection.ts'
import {
  delayedMember,
  type Entry,
  fieldsOf,
  letterFields,
  list,
  readAnswer,
  toMessage,
} from './redis-streams/entry.ts'
import { lookAtRedis, redriveRedis } from './redis-streams/redrive.ts'
import * as scripts from './redis-streams/scripts.ts'
import { hasWaited, parseServerAddress, wrongAddress } from './server-address.ts'

/** The consumer group of all workers. */
const group = 'workers'
/** A message waits no longer, whatever the caller says. */
const longestDelaySeconds = 900
/** How often a receiver that waits looks for messages that nobody keeps. */
const lookMs = 1_000

/**
 * Redis Streams, from Redis 6.2 on, and Valkey. The lock is the time since a message was last kept. The names of the keys come
 * from `?queue=NAME` of the address.
 * @throws Error in words if the server is away
 */
export async function open({ url, lockSeconds, maxReceives }: IntakeOptions): Promise<Intake> {
  const address = parseServerAddress(url, 6379)
  if (!/^\d*$/.test(address.path))
    throw wrongAddress(
      'queue: the path of Queue.Url is no number of a database. Write redis://HOST:PORT/0, or leave the path out.',
    )
  const connection = await openConnection(address)
  const consumer = `billing-sync-${randomUUID()}`
  const keys = keysOf(address.queue)
  const lockMs = lockSeconds * 1_000
  let hasJoined = false

  const run = (script: string, ...values: readonly (string | number)[]) =>
    connection.run(script, Object.values(keys), [group, consumer, ...values])
  const onHeld = async (script: string, { receipt }: Message, ...values: readonly (string | number)[]) => {
    if ((await run(script, String(receipt), ...values)) === 1) return
    throw new Error(
      'redis-streams: the worker has the message no longer, because it was not kept in time. Another worker has it.',
    )
  }
  const acknowledge = (message: Message) => onHeld(scripts.acknowledge, message)
  const giveUp = (message: Message) => onHeld(scripts.giveUp, message, ...letterFields(poisonLetter(message)))
  const addAgain = (message: Message, seconds: number, entry: Entry) =>
    onHeld(scripts.giveBack, message, milliseconds(seconds), delayedMember(entry), ...fieldsOf(entry))

  async function take(most: number, signal: AbortSignal) {
    const values = [group, consumer, most, lockMs]
    hasJoined = true
    const answer = readAnswer(await connection.runForReceiver(scripts.take, Object.values(keys), values, signal))
    const messages = answer.taken.map((taken) => toMessage(taken, address.queue))
    const poisoned = messages.filter(({ receiveCount }) => receiveCount > maxReceives)
    for (const message of poisoned) await giveUp(message)
    return { ...answer, messages: messages.filter((message) => !poisoned.includes(message)) }
  }

  return {
    async send(body, delaySeconds, ofGroup) {
      const entry = { id: randomUUID(), body, group: ofGroup, sentAt: new Date() }
      if (delaySeconds > 0) await run(scripts.addDelayed, milliseconds(delaySeconds), delayedMember(entry))
      else await connection.call('XADD', keys.stream, '*', ...fieldsOf(entry))
    },
    heartbeat: (message, seconds) => onHeld(scripts.heartbeat, message, Math.max(0, lockMs - seconds * 1_000)),
    giveBack: (message, delaySeconds) =>
      message.receiveCount >= maxReceives ? giveUp(message) : addAgain(message, delaySeconds, message),
    async deadLetter(letter) {
      await connection.call('XADD', keys.dead, '*', ...letterFields(letter))
    },
    acknowledge,
    async receive(most, signal, atOnce = false) {
      try {
        while (!signal.aborted) {
          const { messages, dueMs = lookMs, lastEntry } = await take(most, signal)
          if (signal.aborted)
            for (const message of messages)
              await addAgain(message, 0, { ...message, receiveCount: message.receiveCount - 1 })
          else if (messages.length > 0 || atOnce) return messages
          else await connection.entryBehind(lastEntry, keys.stream, Math.min(lookMs, dueMs), signal)
        }
      } catch (error) {
        if (!signal.aborted || hasWaited(error)) throw error
      }
      return []
    },
    async depth() {
      const [entries, inFlight, delayed, dead, ageMs] = list(await run(scripts.depth)).map(Number)
      return {
        waiting: (entries ?? 0) - (inFlight ?? 0),
        inFlight: inFlight ?? 0,
        delayed: delayed ?? 0,
        dead: dead ?? 0,
        oldestAge: (ageMs ?? 0) / 1_000,
      }
    },
    letters: (most) => lookAtRedis({ call: connection.call, dead: keys.dead }, most),
    redrive: (most) => redriveRedis({ call: connection.call, run, dead: keys.dead }, most),
    async close() {
      if (hasJoined) await run(scripts.leave, lockMs).catch(() => {})
      connection.close()
    },
  }
}

/** In the order of the scripts. */
function keysOf(queue: string) {
  return { stream: `{${queue}}`, delayed: `{${queue}}:delayed`, dead: `{${queue}}:dead` }
}

function milliseconds(seconds: number): number {
  return Math.min(longestDelaySeconds, seconds) * 1_000
}
