/*
 * Metric math of CloudWatch, as far as the alarms use it, by AWS's description:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

/** A value for each period; null where there is none. */
export type Series = readonly (number | null)[]
type Value = number | Series | readonly Series[]

/** The value of an expression at each period. @throws Error if the expression or a name is not understood */
export function evaluate(expression: string, metrics: Readonly<Record<string, Series>>): Series {
  const tokens = [...expression.matchAll(/\s*(\d+(?:\.\d+)?|[a-z]\w*|[A-Z]\w*|[<>=!]=|[-+*/()[\],<>])/gy)].map(
    ([, token = '']) => token,
  )
  if (tokens.join('') !== expression.replaceAll(/\s/g, '')) throw new Error(`math: ${expression} is not understood`)
  const length = Math.max(0, ...Object.values(metrics).map((series) => series.length))
  let at = 0
  const peek = () => tokens[at]
  const take = (wanted?: string) => {
    const token = tokens[at++]
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`math: ${wanted ?? 'more'} expected in ${expression}, found ${token}`)
    return token
  }
  const binary = (next: () => Value, operators: Readonly<Record<string, Operator>>) => (): Value => {
    let left = next()
    for (let operator = operators[peek() ?? '']; operator; operator = operators[peek() ?? '']) {
      take()
      left = combine(operator, left, next())
    }
    return left
  }
  const term = (): Value => {
    const token = take()
    if (token === '(') return closed(or(), ')')
    if (token === '[') return closed(list(']').map(asSeries), ']')
    if (token === '-') return combine(operators['-'], 0, term())
    if (/^\d/.test(token)) return Number(token)
    if (/^[a-z]/.test(token)) {
      const series = metrics[token]
      if (!series) throw new Error(`math: there is no metric ${token}`)
      return series
    }
    take('(')
    return closed(call(token, list(')'), length), ')')
  }
  const closed = <T>(value: T, by: string): T => {
    take(by)
    return value
  }
  const list = (until: string): Value[] => {
    const values: Value[] = []
    while (peek() !== until) {
      values.push(peek() === 'REPEAT' ? repeated() : or())
      if (peek() === ',') take()
    }
    return values
  }
  const repeated = (): number => {
    take()
    return Number.NaN
  }
  const asSeries = (value: Value): Series =>
    typeof value === 'number' ? Array.from({ length }, () => value) : (value as Series)
  const product = binary(term, { '*': operators['*'], '/': operators['/'] })
  const sum = binary(product, { '+': operators['+'], '-': operators['-'] })
  const comparison = binary(sum, {
    '<': operators['<'],
    '>': operators['>'],
    '<=': operators['<='],
    '>=': operators['>='],
    '==': operators['=='],
    '!=': operators['!='],
  })
  const and = binary(comparison, { AND: operators.AND })
  const or = binary(and, { OR: operators.OR })
  const value = or()
  if (at < tokens.length) throw new Error(`math: ${tokens[at]} is not expected in ${expression}`)
  return asSeries(value)
}

type Operator = (left: number, right: number) => number

const operators = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // A division by zero drops the data point.
  '/': (a, b) => (b === 0 ? Number.NaN : a / b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
} satisfies Readonly<Record<string, Operator>>

/** Of two series the missing value counts as 0, if the other one has a value. */
function combine(operator: Operator, left: Value, right: Value): Value {
  if (isList(left) || isList(right)) throw new Error('math: an operator between lists is not understood')
  if (typeof left === 'number' && typeof right === 'number') return operator(left, right)
  const a = (at: number) => (typeof left === 'number' ? left : (left[at] ?? null))
  const b = (at: number) => (typeof right === 'number' ? right : (right[at] ?? null))
  const series = typeof left === 'number' ? (right as Series) : left
  return series.map((_, at) => {
    const [x, y] = [a(at), b(at)]
    if (typeof left === 'number' || typeof right === 'number')
      return x === null || y === null ? null : kept(operator(x, y))
    return x === null && y === null ? null : kept(operator(x ?? 0, y ?? 0))
  })
}

const kept = (value: number) => (Number.isFinite(value) ? value : null)
const isList = (value: Value): value is readonly Series[] => typeof value !== 'number' && Array.isArray(value[0])

function call(name: string, values: readonly Value[], length: number): Value {
  const series = (at: number) => values[at] as Series
  const valueAt = (given: Value | undefined, at: number) =>
    typeof given === 'number' ? given : given === undefined ? null : ((given as Series)[at] ?? null)
  switch (name) {
    case 'IF':
      return Array.from({ length }, (_, at) => {
        const condition = valueAt(values[0], at)
        if (condition === null) return null
        // A missing value counts as 0 if the condition holds, and is left out if it does not.
        return condition !== 0 ? (valueAt(values[1], at) ?? 0) : valueAt(values[2], at)
      })
    case 'DIFF': {
      // The value before is the one that has data.
      let before: number | null = null
      return series(0).map((value) => {
        const difference = value === null || before === null ? null : value - before
        before = value ?? before
        return difference
      })
    }
    case 'FILL': {
      const filler = values[1] as number
      let last: number | null = null
      return series(0).map((value) => {
        last = value ?? last
        return Number.isNaN(filler) ? last : (value ?? filler)
      })
    }
    case 'MAX':
      return reduced(values[0], length, (present) => Math.max(...present))
    case 'MIN':
      return reduced(values[0], length, (present) => Math.min(...present))
    case 'SUM':
      return reduced(values[0], length, (present) => present.reduce((sum, value) => sum + value, 0))
    default:
      throw new Error(`math: the function ${name} is not understood`)
  }
}

function reduced(value: Value | undefined, length: number, reduce: (present: readonly number[]) => number): Series {
  if (value === undefined || !isList(value)) throw new Error('math: this function takes a list of series here')
  return Array.from({ length }, (_, at) => {
    const present = value.map((series) => series[at] ?? null).filter((value) => value !== null)
    return present.length === 0 ? null : reduce(present)
  })
}
