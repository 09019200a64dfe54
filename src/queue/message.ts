/** One delivery of a message, from any transport. */
export interface Message {
  /** Empty if the transport gave none. */
  readonly id: string
  readonly body: string
  /** The sender's own attributes or headers, as text. */
  readonly attributes: Readonly<Record<string, string>>
  /** The name of the queue that the message came from; empty if the transport did not say. */
  readonly queue: string
  /** 1 at the first delivery. Transports count approximately. */
  readonly receiveCount: number
  readonly sentAt: Date | undefined
  /** The group that the queue is fair to: a tenant, or the owner of many. */
  readonly group: string | undefined
  /** The transport finds the message again by it. No other code reads it. */
  readonly receipt: unknown
}
