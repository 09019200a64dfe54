import { type Drawn, drawingOf, type Series, scaleOf } from './chart-scale.ts'
import { type Html, html } from './html.ts'

/** A picture of values by month. A table beside it has each value. */
export interface Chart extends Drawn {
  /** For people who do not see the picture: what it shows, in a sentence. */
  readonly label: string
  /** The text of a value. */
  format(value: number): string
  /** The text of a value beside the axis: six characters at most. */
  axis(value: number): string
}

/** The picture as SVG, without a style of its own: the Content-Security-Policy of the page forbids it. */
export function chart(given: Chart): Html {
  const { months, bars, line, axis } = given
  const { width, height, left, bottom } = drawingOf(months.length)
  const scale = scaleOf(given)
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${given.label}">
${scale.ticks.map((tick) => html`<line class="grid${tick === 0 && ' zero'}" x1="${left}" x2="${width}" y1="${px(scale.y(tick))}" y2="${px(scale.y(tick))}"/><text class="value" x="${left - 8}" y="${px(scale.y(tick) + 4)}">${axis(tick)}</text>`)}
${months.map((month, at) => monthLabel({ month, at, count: months.length }, px(scale.x(at)), height - bottom + 30))}
${months.map((month, at) => stack(month, at, given))}
${line && lineOf(line, given)}
</svg>${legend([...bars, ...(line ? [line] : [])])}`
}

const px = (value: number): string => String(Math.round(value * 10) / 10)

/** In a narrow window only every third label is shown, or fewer. */
function monthLabel(
  { month, at, count }: { readonly month: string; readonly at: number; readonly count: number },
  x: string,
  y: number,
): Html | null {
  const fromLast = count - 1 - at
  if (fromLast % Math.ceil(count / 9) !== 0) return null
  const isMinor = fromLast % (Math.ceil(count / 9) * 3) !== 0
  return html`<text class="month${isMinor && ' minor'}" x="${x}" y="${y}">${month}</text>`
}

function stack(month: string, at: number, given: Chart): readonly Html[] {
  const { x, y, band } = scaleOf(given)
  let [above, below] = [0, 0]
  return given.bars.flatMap(({ name, kind, values }) => {
    const value = values[at] ?? 0
    if (value === 0) return []
    const from = value > 0 ? above : below
    if (value > 0) above += value
    else below += value
    const [bottom, top] = [y(from), y(from + value)]
    return html`<rect class="${kind}" x="${px(x(at) - band / 2)}" y="${px(Math.min(bottom, top))}" width="${px(band)}" height="${px(Math.abs(bottom - top))}"><title>${month} ${name}: ${given.format(value)}</title></rect>`
  })
}

function lineOf({ name, kind, values }: Series, given: Chart): Html {
  const { x, y } = scaleOf(given)
  const points = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]))
  const path = points
    .map(({ at, value }) => `${at > 0 && values[at - 1] !== null ? 'L' : 'M'}${px(x(at))} ${px(y(value))}`)
    .join('')
  return html`<path class="${kind}" d="${path}"/>${points.map(({ at, value }) => html`<circle class="${kind}" cx="${px(x(at))}" cy="${px(y(value))}" r="4"><title>${given.months[at]} ${name}: ${given.format(value)}</title></circle>`)}`
}

/** One series needs no legend: the heading names it. */
function legend(series: readonly Series[]): Html | null {
  if (series.length < 2) return null
  return html`<ul class="legend">${series.map(({ name, kind }) => html`<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="${kind}" width="12" height="12"/></svg> ${name}</li>`)}</ul>`
}
