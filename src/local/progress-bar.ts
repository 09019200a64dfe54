import type { Writable } from 'node:stream'

export interface Shown {
  readonly fetched: number
  readonly requests: number
  /** Estimated share done, 0 to 1. */
  readonly share: number
  readonly note?: string
}

export interface ProgressBar {
  show(shown: Shown): void
  /** Draws the last state and ends the line. */
  end(): void
}

/** One line, drawn again in place on a terminal; elsewhere a new line every two seconds. */
export function openProgressBar(out: Writable & { readonly isTTY?: boolean; readonly columns?: number }): ProgressBar {
  const began = performance.now()
  let last: Shown = { fetched: 0, requests: 0, share: 0 }
  let printedAt = began
  const draw = () => {
    if (out.isTTY) out.write(`\r\x1b[2K${line(last, began, (out.columns ?? 100) - 1)}`)
    else if (performance.now() - printedAt > 2_000) {
      printedAt = performance.now()
      out.write(`${line(last, began, 200)}\n`)
    }
  }
  const timer = setInterval(draw, 100)
  return {
    show(shown) {
      last = shown
    },
    end() {
      clearInterval(timer)
      out.write(`${out.isTTY ? '\r\x1b[2K' : ''}${line(last, began, 200)}\n`)
    },
  }
}

function line({ fetched, requests, share, note }: Shown, began: number, width: number): string {
  const seconds = (performance.now() - began) / 1_000
  const bar = 24
  const full = Math.round(share * bar)
  const parts = [
    `${'█'.repeat(full)}${'░'.repeat(bar - full)} ${String(Math.round(share * 100)).padStart(3)} %`,
    `${fetched.toLocaleString('en')} rows`,
    `${Math.round(fetched / Math.max(seconds, 0.001)).toLocaleString('en')} rows/s`,
    `${requests} requests`,
    `${seconds.toFixed(1)} s`,
    ...(note ? [note] : []),
  ]
  return `  ${parts.join('   ')}`.slice(0, width)
}
