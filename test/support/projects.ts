import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export type Project = 'unit' | 'integration' | 'faults'

/** What makes an integration test: it uses Postgres, builds the bundle or starts a process. */
const heavy = /inject\('postgres'\)|\/local\/postgres\.ts'|'node:child_process'|\/scripts\/build\.ts'/

/** The test files of each project. A test is as heavy as the files under `test/` that it imports. */
export function testFilesByProject(): Readonly<Record<Project, readonly string[]>> {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    // These need servers that npm does not bring; see vitest.brokers.config.ts.
    .filter((path) => path.endsWith('.ts') && !path.startsWith('brokers'))
    .map((path) => join('test', path))
  const sources = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]))
  const projects: Record<Project, string[]> = { unit: [], integration: [], faults: [] }
  for (const path of files.filter((file) => file.endsWith('.test.ts') && !isApart(file)).toSorted())
    projects[projectOf(path, sources)].push(path)
  return projects
}

/** They need Chromium, images, or promtool and linters: `npm run test:page`, `.ci/containers` and `npm run test:infra` run them. */
const isApart = (path: string) =>
  ['browser', 'image', 'observability'].some((folder) => path.startsWith(join('test', folder)))

/** The project of one test file, by its folder or by what it imports. */
export function projectOf(path: string, sources: ReadonlyMap<string, string>): Project {
  if (path.startsWith(join('test', 'faults'))) return 'faults'
  if (path.startsWith(join('test', 'integration'))) return 'integration'
  return isHeavy(path, sources, new Set()) ? 'integration' : 'unit'
}

function isHeavy(path: string, sources: ReadonlyMap<string, string>, visited: Set<string>): boolean {
  const source = sources.get(path)
  if (source === undefined || visited.has(path)) return false
  visited.add(path)
  if (heavy.test(source)) return true
  const imports = [...source.matchAll(/^(?:import|export)\b[^'"]*?from '(\.[^']+)'/gm)]
  return imports.some(([, specifier = '']) => isHeavy(normalize(join(dirname(path), specifier)), sources, visited))
}
