import { stepsOf } from './pointer.ts'

/** Values of a request by name. A name that is a JSON pointer stands for a place in its body: `/query/limit`. */
export type Parameters = Readonly<Record<string, string | number>>
export type Body = Readonly<Record<string, unknown>>

export const isInBody = (name: string): boolean => name.startsWith('/')

/** The query of a request, and its body in JSON; no body if the list has none. */
export function placed(parameters: Parameters, body: Body | undefined) {
  const entries = Object.entries(parameters)
  const query = new URLSearchParams()
  for (const [name, value] of entries) if (!isInBody(name)) query.set(name, String(value))
  if (!body) return { query, body: undefined }
  const inside = entries.filter(([name]) => isInBody(name))
  const whole = inside.reduce<unknown>((value, [name, part]) => put(value, stepsOf(name), part), body)
  return { query, body: JSON.stringify(whole) }
}

/** A copy of a value with a part in it. What is missing on the way is made: a list where the step is a number. */
function put(value: unknown, [step, ...rest]: readonly string[], part: string | number): unknown {
  if (step === undefined) return part
  if (Array.isArray(value) || (value === undefined && /^\d+$/.test(step))) {
    const list: readonly unknown[] = Array.isArray(value) ? value : []
    return list.toSpliced(Number(step), 1, put(list[Number(step)], rest, part))
  }
  const fields = typeof value === 'object' && value !== null ? value : {}
  return { ...fields, [step]: put(Reflect.get(fields, step), rest, part) }
}
