import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configuration } from './docs/configuration.ts'
import { errors } from './docs/errors.ts'
import { figureProblems, quoteProblems, withFigures } from './docs/figures.ts'
import { manifestJsonSchema } from './docs/manifest-schema.ts'
import { metricsPage } from './docs/metrics.ts'
import { withPeers } from './docs/peers.ts'
import { reliability } from './docs/reliability.ts'
import { resources } from './docs/resources.ts'
import { cloudWatchAlarms } from './observability/cloudwatch-alarms.ts'
import { cloudWatchDashboard } from './observability/cloudwatch-dashboard.ts'
import { grafanaDashboard } from './observability/grafana-dashboard.ts'
import { prometheusRules } from './observability/prometheus-rules.ts'

/*
 * `npm run docs` writes the documents that are made from the code, and the figures that others quote from docs/figures.json.
 * `npm run docs -- --check` fails if one of them is out of date.
 */

const notice = '<!-- Written by `npm run docs` from the code. Do not edit. -->\n\n'

const yamlNotice = '# Written by `npm run docs` from scripts/observability. Do not edit.\n'

const pages: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configuration,
  'docs/errors.md': errors,
  'docs/metrics.md': metricsPage,
  'docs/reliability.md': reliability,
  'docs/resources.md': resources,
}

/** Files that are made from the code and are no documents. */
const files: Readonly<Record<string, () => string>> = {
  'examples/custom-providers/manifest.schema.json': manifestJsonSchema,
  'infra/alarms.yml': () => `${yamlNotice}${cloudWatchAlarms()}`,
  'infra/dashboard.yml': () => `${yamlNotice}${cloudWatchDashboard({ hasEvents: false })}`,
  'infra/live-events/alarms.yml': () => `${yamlNotice}${cloudWatchAlarms('events')}`,
  'infra/live-events/dashboard.yml': () => `${yamlNotice}${cloudWatchDashboard({ hasEvents: true })}`,
  'infra/live-events/receiver-alarms.yml': () => `${yamlNotice}${cloudWatchAlarms('receiver')}`,
  'infra/grafana-dashboard.json': grafanaDashboard,
  'infra/prometheus-rules.yml': () => `${yamlNotice}${prometheusRules()}`,
}

/** The documents that are not as the code would write them, with what they should be. */
export function outdated(): ReadonlyMap<string, string> {
  const wanted = [
    ...Object.entries(pages).map(([path, page]) => [path, `${notice}${page()}`] as const),
    ...Object.entries(files).map(([path, file]) => [path, file()] as const),
  ]
  const quoting = quotingDocuments().map((path) => [path, withPeers(withFigures(readFileSync(path, 'utf8')))] as const)
  return new Map([...quoting, ...wanted].filter(([path, text]) => contentOf(path) !== text))
}

/** What no writing mends: figures that are in no source, and numbers that are no figure. */
export function problems(): string[] {
  const quotes = quotingDocuments().flatMap((path) => quoteProblems(path, readFileSync(path, 'utf8')))
  return [...figureProblems(), ...quotes]
}

function quotingDocuments(): string[] {
  const names = readdirSync('docs').filter((name) => name.endsWith('.md'))
  return ['README.md', ...names.map((name) => `docs/${name}`)].filter((path) => !(path in pages))
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
  const checks = process.argv.includes('--check')
  if (!checks) for (const [path, text] of outdated()) writeFileSync(path, text)
  const late = [...outdated().keys()].map((path) => `${path} is out of date: run npm run docs`)
  for (const problem of [...late, ...problems()]) {
    console.error(problem)
    process.exitCode = 1
  }
}
