import { entries } from './architecture-entries.ts'
import { rooms } from './architecture-rooms.ts'

/** Source files by their path under `src`, with slashes. */
export type Tree = Readonly<Record<string, string>>

/**
 * Who may import whom. `job`: a file or folder of that name; `type log`: for its types only; `npm:zod`: a package;
 * `node`: any module of Node. A module may import its own folder where it names it.
 */
const rules: Readonly<Record<string, readonly string[]>> = { ...entries, ...rooms }

const forbiddenNames = /^(utils?|helpers?|lib|common|types?|interfaces?|main)$/
const longest = 250
/** The only files of the worker that hold an SDK of AWS; each is loaded on demand. */
const ownersOfAws = new Set([
  'queue/sqs.ts',
  'queue/sqs-intake.ts',
  'queue/sqs-message.ts',
  'queue/sqs-redrive.ts',
  'secrets/aws.ts',
])

/** Everything in the tree that its rules forbid, a sentence each. */
export function violations(tree: Tree): string[] {
  const imports = Object.entries(tree).flatMap(([path, source]) => importsOf(path, source))
  return [
    ...imports.flatMap(forbiddenImport),
    ...circles(imports),
    ...Object.entries(tree).flatMap(([path, source]) => fileProblems(path, source)),
  ]
}

/** The signs of JSON by their codes, and expressions that match its texts. */
const scansJson = /\b0x(?:22|5b|5c|5d|7b|7d)\b|\[\^"\\\\/i

function fileProblems(path: string, source: string): string[] {
  const code = withoutComments(source)
  const lines = source.trimEnd().split('\n').length
  const local = layerOf(path) === 'cli' || layerOf(path) === 'local'
  const environment =
    /\bprocess\s*(?:\?\.|\.|\[['"])\s*env\b|\benv\b[^=\n]*=\s*process\b|['"](?:node:)?process['"]/.test(code)
  return [
    ...(layerOf(path) in rules ? [] : [`${path}: has no place in the architecture`]),
    ...(environment && path !== 'config/load.ts' ? [`${path}: reads process.env, which only config/load.ts does`] : []),
    ...(/\bconsole\s*[.[]/.test(code) && !local ? [`${path}: writes to the console instead of the log`] : []),
    ...(scansJson.test(code) && !path.startsWith('json/') && !path.startsWith('sandbox/')
      ? [`${path}: scans JSON by hand, which only json/ does`]
      : []),
    ...(lines > longest ? [`${path}: has ${lines} lines, at most ${longest}`] : []),
    ...path
      .replace(/\.ts$/, '')
      .split('/')
      .filter((part) => forbiddenNames.test(part))
      .map((part) => `${path}: "${part}" says nothing about what is in it`),
  ]
}

interface Import {
  readonly from: string
  /** A path under `src` for what is ours, else the name of the package. */
  readonly to: string
  readonly ours: boolean
  readonly typeOnly: boolean
}

function importsOf(path: string, source: string): Import[] {
  const code = withoutComments(source)
  const statements = /(?<![\w.'"])(?:import|export)(?=[\s{*'"])(?:([^'"();=]*?)\bfrom\b)?\s*['"]([^'"\n]+)['"]/g
  const expressions = /(typeof\s+)?\bimport\s*\(\s*['"`]([^'"`\n]+)['"`]/g
  return [
    ...[...code.matchAll(statements)].map(([, clause = '', to = '']) => target(path, to, onlyTypes(clause))),
    ...[...code.matchAll(expressions)].map(([, type, to = '']) => target(path, to, type !== undefined)),
  ]
}

function onlyTypes(clause: string): boolean {
  if (/^\s*type\s+[\w*{]/.test(clause)) return true
  const names = /^\s*\{([^}]*)\}\s*$/
    .exec(clause)?.[1]
    ?.split(',')
    .filter((name) => name.trim() !== '')
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name))
}

function target(from: string, to: string, typeOnly: boolean): Import {
  if (!to.startsWith('.')) return { from, to, ours: false, typeOnly }
  return { from, to: new URL(to, `file:///${from}`).pathname.slice(1), ours: true, typeOnly }
}

/** Any other file of `queue/` belongs to the transport that its name begins with. */
const queueLayers: Readonly<Record<string, string>> = {
  message: 'queue',
  queue: 'queue',
  redact: 'queue',
  'harmless-text': 'queue',
  'key-free': 'queue',
  'message-worker': 'queue',
  poison: 'queue',
  'transport-name': 'queue',
  deliver: 'delivery',
  consume: 'delivery',
  retry: 'delivery',
  pulse: 'delivery',
  'open-intake': 'choice of transport',
  'intake-options': 'choice of transport',
}

function layerOf(path: string): string {
  const [folder = '', name] = path.replace(/\.ts$/, '').split('/')
  if (folder === 'sandbox') return name === 'server' ? 'sandbox server' : folder
  if (folder === 'queue') return queueLayers[name ?? ''] ?? 'transport'
  if (folder !== 'providers') return folder
  if (name === 'custom') return 'custom providers'
  return name === 'index' || name === 'live' ? 'registry' : 'a provider'
}

function forbiddenImport(imported: Import): string[] {
  const { from, to, typeOnly } = imported
  const allowed = (rules[layerOf(from)] ?? []).some((rule) => {
    const [, type, name = ''] = /^(type )?(.*)$/.exec(rule) ?? []
    return (type === undefined || typeOnly) && matches(name, imported)
  })
  const loaded = to.startsWith('@aws-sdk/') && layerOf(from) !== 'local' && !ownersOfAws.has(from)
  return allowed && !loaded ? [] : [`${from} imports ${typeOnly ? 'types of ' : ''}${to}`]
}

function matches(rule: string, { from, to, ours }: Import): boolean {
  const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)
  const room = from.replace(/\.ts$/, '').split('/')[1] ?? ''
  if (rule === 'anything') return true
  if (rule === 'own folder') return ours && within(to, `providers/${room}`)
  if (rule === 'own transports') return ours && layerOf(to) === 'transport'
  if (rule === 'own transport')
    return ours && layerOf(to) === 'transport' && to.split(/[/.-]/)[1] === from.split(/[/.-]/)[1]
  if (rule === 'own sandbox') return ours && within(to, `sandbox/${room}`)
  if (rule === 'own sdk') return !ours && to.includes(room)
  if (ours) return within(to.replace(/\.ts$/, ''), rule)
  if (rule === 'node' || rule.startsWith('node:')) return within(to.replace(':', '/'), rule.replace(':', '/'))
  if (rule === 'npm') return !to.startsWith('node:')
  return rule.startsWith('npm:') && within(to, rule.slice(4))
}

/** Each circle once, from its first file in the alphabet. Types count as well. */
function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to, ours } of imports) if (ours) next.set(from, [...(next.get(from) ?? []), to])
  const ways = new Set<string>()
  const done = new Set<string>()
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path)
    if (start >= 0) ways.add(turned(way.slice(start)).join(' → '))
    if (start >= 0 || done.has(path)) return
    for (const to of next.get(path) ?? []) walk(to, [...way, path])
    done.add(path)
  }
  for (const path of next.keys()) walk(path, [])
  return [...ways].map((circle) => `circle: ${circle}`)
}

function turned(circle: readonly string[]): string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? '')
  const from = [...circle.slice(first), ...circle.slice(0, first)]
  return [...from, from[0] ?? '']
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
}
