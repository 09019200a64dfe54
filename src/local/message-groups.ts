import type { buildApp } from 'fauxqs'
import { z } from 'zod'

const sent = z.object({
  request: z.object({ MessageGroupId: z.string() }),
  answer: z.object({ MessageId: z.string() }),
})
const received = z.looseObject({
  Messages: z.array(z.looseObject({ MessageId: z.string(), Attributes: z.record(z.string(), z.string()).optional() })),
})

/**
 * A standard queue keeps a message's MessageGroupId and gives it to whoever receives it with its attributes; this fauxqs
 * does so for FIFO queues alone. Only keeps it: no group is served before another.
 */
export function keepMessageGroups(server: ReturnType<typeof buildApp>): void {
  const groups = new Map<string, string>()
  server.addHook('preSerialization', async ({ body }, _, answer) => {
    const send = sent.safeParse({ request: body, answer })
    if (send.success) groups.set(send.data.answer.MessageId, send.data.request.MessageGroupId)
    const receive = received.safeParse(answer)
    if (!receive.success) return answer
    const Messages = receive.data.Messages.map((message) => {
      const group = groups.get(message.MessageId)
      if (group === undefined || !message.Attributes) return message
      return { ...message, Attributes: { ...message.Attributes, MessageGroupId: group } }
    })
    return { ...receive.data, Messages }
  })
}
