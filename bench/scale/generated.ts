import { readFileSync, writeFileSync } from 'node:fs'

const begin = (name: string) => `<!-- ${name}: `
const end = '<!-- to here -->'

/** Replaces what a program has written into a document between its markers. @throws Error where they are missing */
export function replaceGenerated(path: string, name: string, text: string): void {
  const old = readFileSync(path, 'utf8')
  const opened = old.indexOf(begin(name))
  const from = old.indexOf('\n', opened) + 1
  const to = old.indexOf(end, from)
  if (opened < 0 || to < 0) throw new Error(`${path}: has no part between "${begin(name)}…-->" and "${end}"`)
  writeFileSync(path, `${old.slice(0, from)}\n${text}\n${old.slice(to)}`)
}
