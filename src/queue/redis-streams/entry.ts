import type { Message } from '../message.ts'
import type { DeadLetter } from '../queue.ts'

/** Fields of an entry. Senders set `body` and `group`; the others carry what would be lost when a message is added again. */
const workerFields: ReadonlySet<string> = new Set(['id', 'body', 'group', 'sent', 'receives'])

/** The names and values of an entry, in turn. */
export type Fields = readonly string[]

/** An entry that a worker has taken, with the receives that Redis counts. */
export interface Taken {
  readonly entry: string
  readonly receives: number
  readonly fields: Fields
}

/** What `take` answers. */
export interface Answer {
  readonly taken: readonly Taken[]
  /** Milliseconds until a delayed message is due. Undefined if there is none. */
  readonly dueMs: number | undefined
  readonly lastEntry: string
}

export function readAnswer(reply: unknown): Answer {
  const [taken, wait, last] = list(reply)
  const dueMs = Number(wait)
  return {
    taken: list(taken).map((entry) => {
      const [id, receives, fields] = list(entry)
      return { entry: String(id), receives: Number(receives), fields: list(fields).map(String) }
    }),
    dueMs: dueMs >= 0 ? dueMs : undefined,
    lastEntry: String(last),
  }
}

export const list = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : [])

/** A taken entry as a message. `receipt` is the id of the entry. */
export function toMessage({ entry, receives, fields }: Taken, queue: string): Message {
  const values = valuesOf(fields)
  const sent = new Date(Number(values.get('sent') ?? entry.split('-')[0]))
  return {
    id: values.get('id') || entry,
    body: values.get('body') ?? '',
    attributes: Object.fromEntries([...values].filter(([name]) => !workerFields.has(name))),
    queue,
    receiveCount: (Number(values.get('receives')) || 0) + receives,
    sentAt: Number.isNaN(sent.getTime()) ? undefined : sent,
    group: values.get('group') || undefined,
    receipt: entry,
  }
}

/** A message with the receives so far, which Redis counts from 1 again for a new entry. */
export type Entry = Pick<Message, 'id' | 'body' | 'group'> &
  Partial<Pick<Message, 'attributes' | 'sentAt' | 'receiveCount'>>

export function fieldsOf(message: Entry): string[] {
  return Object.entries(recordOf(message)).flat()
}

/** A message in the sorted set of delayed ones. */
export function delayedMember(message: Entry): string {
  return JSON.stringify(recordOf(message))
}

function recordOf({
  id,
  body,
  group,
  attributes = {},
  sentAt,
  receiveCount = 0,
}: Entry): Readonly<Record<string, string>> {
  return {
    ...attributes,
    id,
    // Redis's reader of JSON takes no half of a character.
    body: body.toWellFormed(),
    ...(group === undefined ? {} : { group: group.toWellFormed() }),
    ...(sentAt === undefined ? {} : { sent: String(sentAt.getTime()) }),
    ...(receiveCount > 0 ? { receives: String(receiveCount) } : {}),
  }
}

export function letterFields({ body, reason, code, messageId, group }: DeadLetter): string[] {
  const fields = { body, reason, code, messageId, ...(group === undefined ? {} : { group }) }
  return Object.entries(fields).flatMap(([name, text]) => [name, text.toWellFormed()])
}

export function letterOf(fields: Fields): DeadLetter {
  const values = valuesOf(fields)
  const text = (name: string) => values.get(name) ?? ''
  return {
    body: text('body'),
    reason: text('reason'),
    code: text('code'),
    messageId: text('messageId'),
    group: text('group') || undefined,
  }
}

function valuesOf(fields: Fields): ReadonlyMap<string, string> {
  return new Map(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? ''] as const] : [])))
}
