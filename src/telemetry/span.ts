/** The span of a delivery, and the spans of its parts. */
export interface SpanOfDelivery {
  /** Runs work as a part of the delivery, so that spans of other libraries belong to it too. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** A request or a commit that is over. */
  part(name: string, part: Part): void
  end(ending: EndOfSpan): void
}

/** Begins the span of a delivery. `system`: OpenTelemetry's word for the transport. */
export type StartSpan = (message: SpannedMessage, system: string) => SpanOfDelivery

/** Times are milliseconds since 1970. */
interface Part {
  readonly began: number
  readonly ended: number
  /** Whether it was a call to another server. */
  readonly client: boolean
  readonly code: string | null
}

interface EndOfSpan {
  readonly outcome: string
  readonly code: string | null
  readonly provider: string
  readonly metadata: Readonly<Record<string, string>>
  readonly failed: boolean
}

interface SpannedMessage {
  readonly id: string
  readonly queue: string
  readonly attributes: Readonly<Record<string, string>>
}
