import type pg from 'pg'
import { serialize } from 'pg-protocol'

/**
 * The value of a bytea parameter in several buffers. A connection of `sendsBytesLists` sends them one after the other.
 * The driver alone would copy them twice, into one buffer and into its message, and pages are most of what the worker holds.
 */
export interface BytesList {
  readonly buffers: readonly Buffer[]
  readonly length: number
  /** What the driver sends over any other connection. */
  toPostgres(): Buffer
}

export function bytesList(buffers: readonly Buffer[]): BytesList {
  const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
  return { buffers, length, toPostgres: () => Buffer.concat(buffers, length) }
}

const isBytesList = (value: unknown): value is BytesList =>
  typeof value === 'object' && value !== null && 'buffers' in value && 'toPostgres' in value

/** Makes a connection send the buffers of a `BytesList` as they are. */
export function sendsBytesLists({ connection }: pg.Client): void {
  const bind = connection.bind.bind(connection)
  connection.bind = (config, more) => {
    const values: readonly unknown[] = config?.values ?? []
    const at = values.findIndex(isBytesList)
    const list = values[at]
    if (!isBytesList(list)) return bind(config, more)
    const { portal = '', statement = '', binary, valueMapper } = config ?? {}
    const message = serialize.bind({
      portal,
      statement,
      binary: Boolean(binary),
      values: values.with(at, empty),
      ...(valueMapper && { valueMapper }),
    })
    const place = placeOf(message, at)
    message.writeInt32BE(message.readInt32BE(1) + list.length, 1)
    message.writeInt32BE(list.length, place)
    const { stream } = connection
    if (!stream.writable) return
    for (const part of [message.subarray(0, place + 4), ...list.buffers, message.subarray(place + 4)])
      stream.write(part)
  }
}

const empty = Buffer.alloc(0)

/** Where a value's length is in a Bind message: after portal, statement, formats, and the values before it. */
function placeOf(message: Buffer, at: number): number {
  const portalEnd = message.indexOf(0, 5) + 1
  const statementEnd = message.indexOf(0, portalEnd) + 1
  let place = statementEnd + 2 + message.readUInt16BE(statementEnd) * 2 + 2
  for (let value = 0; value < at; value++) place += 4 + Math.max(0, message.readInt32BE(place))
  return place
}
