import type { Writable } from 'node:stream'

/** Where a command writes: results to `out`, sentences about trouble to `error`. */
export interface Terminal {
  readonly out: Screen
  readonly error: Writable
  /** A line of a result, or several. */
  print(text: string): void
}

/** A stream that may be a terminal. Sizes are in characters, and change. */
export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }

export function createTerminal(out: Screen, error: Writable): Terminal {
  return { out, error, print: (text) => void out.write(`${text}\n`) }
}

/** Characters in a line, for text that is wrapped; null if there is no terminal, and no limit. */
export function lineWidth({ isTTY, columns }: Screen): number | null {
  return isTTY ? (columns ?? 80) : null
}
