import type { Html } from './html.ts'

/** One page, in parts that are brought up to date by themselves. */
export interface View {
  readonly title: string
  readonly status: 200 | 400 | 403 | 404 | 409 | 503
  /** Parts in their order. The id is the element's. */
  readonly parts: readonly Part[]
}

export interface Part {
  readonly id: string
  readonly html: Html
}

/** How a page is made, and how often at most while people look at it. */
export interface Page {
  readonly everyMs: number
  make(): Promise<View>
}
