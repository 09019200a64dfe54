import type { Mutation } from './mutation.ts'

interface Operator {
  readonly pattern: RegExp
  readonly to: string
}

const code: readonly Operator[] = [
  { pattern: / === /g, to: ' !== ' },
  { pattern: / !== /g, to: ' === ' },
  { pattern: / < /g, to: ' <= ' },
  { pattern: / <= /g, to: ' < ' },
  { pattern: / > /g, to: ' >= ' },
  { pattern: / >= /g, to: ' > ' },
  { pattern: / && /g, to: ' || ' },
  { pattern: / \|\| /g, to: ' && ' },
  { pattern: / \+ /g, to: ' - ' },
  { pattern: / - /g, to: ' + ' },
  { pattern: /\btrue\b/g, to: 'false' },
  { pattern: /\bfalse\b/g, to: 'true' },
  { pattern: /(?<=^ +)(?:return )?await (?=\S)/gm, to: 'void ' },
  { pattern: /\bthrow (?=\S)/g, to: 'void ' },
  { pattern: /(?<=\()!(?=\w)/g, to: '' },
]

const statements: readonly Operator[] = [
  { pattern: / <= /g, to: ' < ' },
  { pattern: / >= /g, to: ' > ' },
  { pattern: / < /g, to: ' <= ' },
  { pattern: / > /g, to: ' >= ' },
  { pattern: / = /g, to: ' <> ' },
  { pattern: /\bis null\b/g, to: 'is not null' },
  { pattern: /\bis not null\b/g, to: 'is null' },
  { pattern: /\bnot exists\b/g, to: 'exists' },
  { pattern: / and /g, to: ' or ' },
  { pattern: / or /g, to: ' and ' },
  { pattern: /\band not\b/g, to: 'and' },
]

/** Every mutation that the operators make of a source: of its code, and of the SQL within it. */
export function mutationsOf(file: string, source: string): Mutation[] {
  const { code: onlyCode, sql } = separate(source)
  const made = [...apply(code, onlyCode), ...apply(statements, sql)]
    // Where a string was blanked out, its quote may look like the space of an operator.
    .filter(({ at, from }) => source.startsWith(from, at))
    .toSorted((left, right) => left.at - right.at)
  const lines = new Map<string, number>()
  return made.map(({ at, from, to }) => {
    const line = lineAt(source, at)
    const what = `${file} | ${line} | ${from.trim()} → ${to.trim()}`
    const nth = (lines.get(what) ?? 0) + 1
    lines.set(what, nth)
    return { name: nth === 1 ? what : `${what} | ${nth}`, file, from, to, at }
  })
}

function apply(operators: readonly Operator[], text: string) {
  return operators.flatMap(({ pattern, to }) =>
    [...text.matchAll(pattern)]
      .map((match) => ({ at: match.index, from: match[0], to }))
      .filter(({ at }) => !isType(lineAt(text, at))),
  )
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end).trim()
}

const isType = (line: string) => /^(?:import|export type|type|interface|readonly|\||[\w?]+\??: [a-z]+$)/.test(line)

/** The source twice, each as long as it is: without comments and texts, and with nothing but the templates of SQL. */
function separate(source: string): { readonly code: string; readonly sql: string } {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ')
  const tokens =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<=[(,=:] )\/(?:[^/\\\n]|\\.)+\/\w*/g
  let sql = ''
  let end = 0
  const onlyCode = source.replace(tokens, (token, at: number) => {
    const isSql = token.startsWith('`') && /(?:sql(?:<[^`]*>)?|=> sql)\s*$/.test(source.slice(Math.max(0, at - 40), at))
    sql += blank(source.slice(end, at)) + (isSql ? token : blank(token))
    end = at + token.length
    return blank(token)
  })
  return { code: onlyCode, sql: sql + blank(source.slice(end)) }
}
