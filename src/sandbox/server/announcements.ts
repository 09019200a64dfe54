/** What a provider tells of a change by itself. */
export interface ProviderEvent {
  readonly id: string
  /** `customer.updated`, or the topic. */
  readonly type: string
  /** JSON, as it is sent. */
  readonly body: string
  /** The headers of a webhook without its signature, as the provider writes them. */
  readonly headers: Readonly<Record<string, string>>
}

export type Hear = (event: ProviderEvent) => void

export interface Announcements {
  readonly tell: Hear
  /** Calls `hear` with each event from now on. Returns a function that ends it. */
  listen(hear: Hear): () => void
}

/** The text of an event. Not every queue takes code points beyond the basic plane, so that they are escaped. */
export const eventText = (event: object) =>
  JSON.stringify(event).replaceAll(/[\ud800-\udfff\ufffe\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`)

export function createAnnouncements(): Announcements {
  const listeners = new Set<Hear>()
  return {
    tell(event) {
      for (const hear of listeners) hear(event)
    },
    listen(hear) {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}
