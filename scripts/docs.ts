import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configuration } from './docs/configuration.ts'
import { errors } from './docs/errors.ts'
import { reliability } from './docs/reliability.ts'
import { resources } from './docs/resources.ts'

/*
 * The documents that are made from the code: `npm run docs` writes them, `npm run docs -- --check` fails if one is out of date.
 */

const notice = '<!-- Written by `npm run docs` from the code. Do not edit. -->\n\n'

const pages: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configuration,
  'docs/errors.md': errors,
  'docs/reliability.md': reliability,
  'docs/resources.md': resources,
}

/** The documents that are not as the code would write them, with what they should be. */
export function outdated(): ReadonlyMap<string, string> {
  const wanted = Object.entries(pages).map(([path, page]) => [path, `${notice}${page()}`] as const)
  return new Map(wanted.filter(([path, text]) => contentOf(path) !== text))
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = [...outdated().keys()].map((path) => `${path} is out of date: run npm run docs`)
  if (process.argv.includes('--check')) {
    for (const problem of problems) console.error(problem)
    process.exitCode = problems.length > 0 ? 1 : 0
  } else for (const [path, text] of outdated()) writeFileSync(path, text)
}
