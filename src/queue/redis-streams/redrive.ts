import { randomUUID } from 'node:crypto'
import type { DeadLetter, Redriven } from '../queue.ts'
import { isRedacted } from '../redact.ts'
import type { Connection } from './connection.ts'
import { fieldsOf, letterOf, list } from './entry.ts'
import { redrive } from './scripts.ts'

interface Letters {
  readonly call: Connection['call']
  run(script: string, ...values: readonly string[]): Promise<unknown>
  /** Key of the dead letters. */
  readonly dead: string
}

const atOnce = 100

/** The oldest dead letters, which stay. */
export async function lookAtRedis({ call, dead }: Pick<Letters, 'call' | 'dead'>, most: number): Promise<DeadLetter[]> {
  return list(await call('XRANGE', dead, '-', '+', 'COUNT', most)).map((entry) => {
    const [, values] = list(entry)
    return letterOf(list(values).map(String))
  })
}

/** Sends dead letters back, oldest first, each in one step with its removal. */
export async function redriveRedis({ call, run, dead }: Letters, most: number): Promise<Redriven> {
  const left: DeadLetter[] = []
  let sent = 0
  for (let from = '-'; sent < most; ) {
    const entries = list(await call('XRANGE', dead, from, '+', 'COUNT', atOnce))
    if (entries.length === 0) break
    for (const entry of entries) {
      const [id, values] = list(entry)
      const letter = letterOf(list(values).map(String))
      from = `(${id}`
      if (isRedacted(letter.body)) left.push(letter)
      else if (sent < most) sent += Number(await run(redrive, String(id), ...freshFields(letter)))
    }
  }
  return { sent, left }
}

function freshFields({ body, group }: DeadLetter): string[] {
  return fieldsOf({ id: randomUUID(), body, group, sentAt: new Date() })
}
