/** A row of values, one for each month. Null: the month has none. */
export interface Series {
  readonly name: string
  /** The class that colours it. */
  readonly kind: string
  readonly values: readonly (number | null)[]
}

export interface Drawn {
  readonly months: readonly string[]
  /** Bars of a month stand on each other: values above zero upwards, values below zero downwards. */
  readonly bars: readonly Series[]
  readonly line: Series | null
}

/** The measures of a picture, in the units of its view box. */
export function drawingOf(months: number) {
  const [width, height, left, right, bottom, top] = [640, 280, 100, 32, 44, 16]
  return { width, height, left, bottom, top, step: (width - left - right) / Math.max(1, months) }
}

/** Where a value and a month are in the picture. */
export interface Scale {
  /** Round values beside the axis, the lowest first. Zero is one. */
  readonly ticks: readonly number[]
  /** Width of a bar. */
  readonly band: number
  /** The middle of a month. */
  x(at: number): number
  y(value: number): number
}

export function scaleOf({ months, bars, line }: Drawn): Scale {
  const { height, left, bottom, top, step } = drawingOf(months.length)
  const ends = months.flatMap((_, at) => {
    const values = bars.map(({ values }) => values[at] ?? 0)
    return [sum(values.filter((value) => value > 0)), sum(values.filter((value) => value < 0)), line?.values[at] ?? 0]
  })
  const ticks = ticksOf(Math.min(0, ...ends), Math.max(0, ...ends))
  const [lowest = 0, highest = 1] = [ticks[0], ticks.at(-1)]
  return {
    ticks,
    band: step * 0.7,
    x: (at) => left + step * (at + 0.5),
    y: (value) => top + ((highest - value) / (highest - lowest)) * (height - bottom - top),
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** About four steps of 1, 2 or 5 times a power of ten, and never less than one. */
function ticksOf(lowest: number, highest: number): readonly number[] {
  const rough = Math.max(1, (highest - lowest) / 4)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const [first, last] = [Math.floor(lowest / step), Math.max(Math.ceil(highest / step), Math.floor(lowest / step) + 1)]
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step)
}
