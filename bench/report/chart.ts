import type { Series } from '../result.ts'

const size = { width: 980, height: 430 }
const plot = { left: 64, right: 500, top: 50, bottom: 370 }
const lowest = 100
const highest = 12_000
const gridLines = [100, 300, 1_000, 3_000, 10_000]
/** Readable on white and on black alike. */
const colors = ['#e8590c', '#4c8dd6', '#8a79c9', '#3a9d74', '#6fb79a', '#b8860b', '#a0707f']
const text = '#7d8590'
const labelHeight = 17

/** Objects a second by latency, both axes labelled, the second one logarithmic; a line a contestant, its name at its end. */
export function chart(series: readonly Series[]): string {
  const latencies = [...new Set(series.flatMap(({ points }) => points.map(({ latencyMs }) => latencyMs)))].toSorted(
    (left, right) => left - right,
  )
  const x = (latencyMs: number) =>
    plot.left +
    ((latencies.indexOf(latencyMs) + 0.15) / Math.max(1, latencies.length - 0.85)) * (plot.right - plot.left)
  const y = (perSecond: number) => {
    const share = Math.log(Math.max(lowest, perSecond) / lowest) / Math.log(highest / lowest)
    return plot.bottom - share * (plot.bottom - plot.top)
  }
  const lastOf = ({ points }: Series) => points.at(-1)?.perSecond ?? 0
  const labels = placeLabels(series.map((sample) => y(lastOf(sample))))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img"
  aria-label="Objects a second by the latency of an answer" font-family="system-ui, sans-serif" font-size="13">
  <text x="${plot.left - 40}" y="26" fill="${text}" font-size="15">Objects a second, by the latency of an answer; 100 requests/s allow 10,000 (logarithmic; figures: at the longest)</text>
${gridLines.map((value) => grid(value, y(value))).join('\n')}
${latencies.map((latencyMs) => `  <text x="${x(latencyMs)}" y="${plot.bottom + 24}" fill="${text}" text-anchor="middle">${latencyMs} ms</text>`).join('\n')}
${series.map((sample, at) => line(sample, { color: colors[at % colors.length] ?? text, isWorker: at === 0, label: labels[at] ?? 0, x, y })).join('\n')}
</svg>
`
}

function grid(value: number, at: number): string {
  const ceiling = value === 10_000 ? ' stroke-dasharray="5 4"' : ''
  return `  <line x1="${plot.left}" x2="${plot.right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="${text}" stroke-opacity="0.35"${ceiling}/>
  <text x="${plot.left - 8}" y="${(at + 4).toFixed(1)}" fill="${text}" text-anchor="end">${value.toLocaleString('en')}</text>`
}

interface Drawing {
  readonly color: string
  /** Drawn strongest. */
  readonly isWorker: boolean
  /** Where its name stands. */
  readonly label: number
  x(latencyMs: number): number
  y(perSecond: number): number
}

function line({ label, points }: Series, { color, isWorker, label: labelAt, x, y }: Drawing): string {
  const at = points.map((point) => `${x(point.latencyMs).toFixed(1)},${y(point.perSecond).toFixed(1)}`)
  const dots = at
    .map((item) => `<circle cx="${item.split(',')[0]}" cy="${item.split(',')[1]}" r="${isWorker ? 4.5 : 3}"/>`)
    .join('')
  const last = points.at(-1)
  const lastX = last ? x(last.latencyMs) : plot.right
  const name = `${label}: ${Math.round(last?.perSecond ?? 0).toLocaleString('en')}`
  return `  <g fill="${color}" stroke="none"${isWorker ? ' font-weight="600"' : ''}>
    <polyline points="${at.join(' ')}" fill="none" stroke="${color}" stroke-width="${isWorker ? 3.5 : 1.8}"/>${dots}
    <line x1="${(lastX + 6).toFixed(1)}" y1="${last ? y(last.perSecond).toFixed(1) : 0}" x2="${plot.right + 18}" y2="${labelAt.toFixed(1)}" stroke="${color}" stroke-opacity="0.5"/>
    <text x="${plot.right + 22}" y="${(labelAt + 4).toFixed(1)}">${escaped(name)}</text>
  </g>`
}

/** Moves names apart that would lie over each other, as little as it takes. */
function placeLabels(positions: readonly number[]): readonly number[] {
  const placed = [...positions]
  const order = positions.map((_, at) => at).toSorted((left, right) => (positions[left] ?? 0) - (positions[right] ?? 0))
  for (const [rank, at] of order.entries()) {
    const above = placed[order[rank - 1] ?? -1]
    if (above !== undefined) placed[at] = Math.max(placed[at] ?? 0, above + labelHeight)
  }
  for (const [rank, at] of order.toReversed().entries()) {
    const below = rank === 0 ? plot.bottom : (placed[order.toReversed()[rank - 1] ?? -1] ?? plot.bottom) - labelHeight
    placed[at] = Math.min(placed[at] ?? 0, below)
  }
  return placed
}

const escaped = (name: string) => name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
