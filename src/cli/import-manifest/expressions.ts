/*
 * The few expressions of Airbyte's templates that a manifest of the worker has words for. Any other is undefined.
 */

/** What stands in `{{ … }}` if the text is nothing else. */
export const expressionIn = (text: string | undefined): string | undefined =>
  /^\s*\{\{\s*((?:(?!\}\}).)*?)\s*\}\}\s*$/s.exec(text ?? '')?.[1]

/** The pointer of `response.next`, `response['meta']['next']` or `response.get('next')`. */
export function pointerOf(expression: string | undefined, subject: string): string | undefined {
  const plain = expression?.replace(/\s*\|\s*tojson(?:\(\))?\s*$/, '')
  if (!plain?.startsWith(subject)) return undefined
  let rest = plain.slice(subject.length)
  let pointer = ''
  while (rest !== '') {
    const [step, dotted, indexed, got] =
      /^(?:\.(\w+)(?!\w*\()|\[\s*['"]([^'"]+)['"]\s*\]|\.get\(\s*['"]([^'"]+)['"]\s*(?:,[^()]*)?\))/.exec(rest) ?? []
    const name = dotted ?? indexed ?? got
    if (step === undefined || name === undefined) return undefined
    pointer += `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    rest = rest.slice(step.length)
  }
  return pointer === '' ? undefined : pointer
}

/** The pointer of a record's field, also in `format_datetime(record['x'], '%s')`. */
export function recordPointer(text: string | undefined): string | undefined {
  const inner = /^(?:format_datetime\(\s*)?(record[^,)]*?)\s*(?:,.*)?$/.exec(expressionIn(text) ?? '')?.[1]
  return pointerOf(inner, 'record')
}

/** The name of the setting in `config['x']`, `config.x` or `config['credentials']['x']`. */
export function settingIn(expression: string | undefined): string | undefined {
  const names = pointerOf(expression, 'config')?.split('/')
  return names?.at(-1)
}

/**
 * A text with settings of the user as fields of the token. Of two addresses that a setting tells apart, the one of production.
 * Undefined if the text has other expressions.
 */
export function withTokenFields(text: string): string | undefined {
  const result = text.replaceAll(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, expression: string) => {
    const setting = settingIn(expression)
    if (setting !== undefined) return `{accessToken.${setting}}`
    const [, first = '', other = ''] =
      /^['"]([^'"]*)['"]\s+if\s+.*?(?:\s+else\s+['"]([^'"]*)['"])?$/.exec(expression) ?? []
    if (first === '') return whole
    return first.includes('sandbox') ? other : first
  })
  return result.includes('{{') ? undefined : result
}

/** Whether a text names the begin or the end of the window that is read, and the same text with our words for it. */
export function withWindow(text: string): string | undefined {
  const named = text.replaceAll(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, expression: string) => {
    const end =
      /^stream_(?:slice|interval|partition)(?:\.|\[['"])(start|end)_time(?:['"]\])?(?:\.strftime\(.*\))?$/.exec(
        expression,
      )?.[1]
    if (end === undefined) return whole
    return end === 'start' ? '{from}' : '{to-1}'
  })
  if (named === text || named.includes('{{')) return undefined
  return named.replace(/^'(.*)'$/, '$1')
}

/** `/customers/{{ stream_slice.id }}/contacts` → `/customers/{id}/contacts`; undefined if it has other expressions. */
export function withParentId(text: string, field: string | undefined): string | undefined {
  const named = text.replaceAll(
    /\{\{\s*stream_(?:slice|partition)(?:\.|\[['"])(\w+)(?:['"]\])?\s*\}\}/g,
    (whole, name) => (name === field ? '{id}' : whole),
  )
  return named.includes('{{') ? undefined : named
}
