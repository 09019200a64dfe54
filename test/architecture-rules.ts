/** Source files by their path under `src`, with slashes. */
export type Tree = Readonly<Record<string, string>>

/**
 * Who may import whom. `job`: a file or folder of that name; `type log`: for its types only; `npm:zod`: a package;
 * `node`: any module of Node. A module may import its own folder where it names it.
 */
const pure = ['node:crypto', 'node:events', 'node:timers/promises']
const rules: Readonly<Record<string, readonly string[]>> = {
  handler: ['config/load', 'log', 'queue', 'secrets', 'telemetry', 'worker', 'type npm:aws-lambda', 'node'],
  container: [
    'clock',
    'config/load',
    'db/open',
    'db/readiness',
    'live/consume',
    'live-worker',
    'log',
    'page/configured',
    'queue',
    'schedule',
    'secrets',
    'server',
    'telemetry',
    'webhook-receiver',
    'worker',
    'node',
  ],
  // Whose a live event is, and whether it is genuine, by the configuration.
  'event-origins': [
    'clock',
    'type config/load',
    'type db/open',
    'http/exchange',
    'live',
    'type provider/live',
    'providers/live',
    'secrets',
  ],
  'webhook-receiver': [
    'type config/load',
    'db/open',
    'event-origins',
    'live',
    'type log',
    'type queue/queue',
    'type telemetry/live',
  ],
  'live-worker': [
    'clock',
    'type config/load',
    'db/open',
    'event-origins',
    'live',
    'type log',
    'providers/index',
    'type queue/message',
    'secrets',
    'type telemetry/live',
    'worker',
  ],
  // The Lambda entry of live events.
  events: [
    'config/load',
    'live/settlement',
    'live-worker',
    'log',
    'queue/lambda',
    'type queue/queue',
    'queue/sqs-on-demand',
    'secrets',
    'telemetry',
    'type npm:aws-lambda',
    'node',
  ],
  // The Lambda entry of the receiver.
  receiver: [
    'config/load',
    'type live/webhook',
    'log',
    'queue/sqs-on-demand',
    'secrets',
    'telemetry',
    'webhook-receiver',
    'type npm:aws-lambda',
    'node',
  ],
  // What a container answers to probes and collectors. Each route is told what it shows.
  server: ['server', 'config/listen-address', 'type queue/pulse', 'node'],
  // The Lambda entry of schedules.
  tick: [
    'config/load',
    'db/open',
    'log',
    'type queue/queue',
    'queue/sqs-on-demand',
    'schedule',
    'secrets',
    'telemetry',
    'node',
  ],
  // The program of this machine: it may import everything, and nobody imports it.
  cli: ['anything'],
  // It gets its queue from the entry, so that an entry holds one transport.
  index: ['db/schema', 'job/request', 'job/state/result-schema', 'type job/state/result', 'npm:zod'],
  // Types for the authors of custom providers.
  kit: ['type errors', 'type error-codes', 'type provider', 'type providers/custom'],
  worker: [
    'clock',
    'type config/load',
    'type log',
    'db/open',
    'provider/resource-order',
    'providers/index',
    'queue/deliver',
    'type queue/message',
    'type queue/queue',
    'secrets',
    'type telemetry/telemetry',
    'clock',
  ],
  // Of a job it knows the checkpoint, which it takes erased items out of; never how a job is run.
  erasure: [
    'clock',
    'erasure',
    'job/commit/notify',
    'job/state/checkpoint',
    'job/state/stored-checkpoint',
    'job/state/tally',
    'type job/commit/rejects',
    'sync',
    'provider',
    'json',
    'db',
    'errors',
    'type log',
    'npm:drizzle-orm',
    ...pure,
  ],
  job: [
    'clock',
    'job',
    'erasure',
    'revenue',
    'sync',
    'provider',
    'json',
    'db',
    'errors',
    'type log',
    'log/redact',
    'secrets/reference',
    'type error-codes',
    'npm:zod',
    'npm:drizzle-orm',
    ...pure,
  ],
  // Events that arrive by themselves: they are written as a job's rows are, without a job.
  live: [
    'clock',
    'live',
    'schedule/beat',
    'job/commit',
    'job/state',
    'erasure',
    'revenue',
    'sync',
    'provider',
    'json',
    'db',
    'errors',
    'type log',
    'type queue/message',
    'type queue/queue',
    'type telemetry/live',
    'npm:zod',
    'npm:drizzle-orm',
    'node:tls',
    'node:buffer',
    ...pure,
  ],
  // What the business earns. The database computes it, and this says when.
  revenue: ['revenue', 'db', 'errors', 'npm:drizzle-orm'],
  // It sends what is due, and knows of jobs only what their rows say.
  schedule: [
    'schedule',
    'clock',
    'type config/connection-string',
    'db',
    'errors',
    'type job/request',
    'type queue/queue',
    'type log',
    'npm:drizzle-orm',
    'node:crypto',
  ],
  // What a person who operates the worker looks at and does; for the program and the page.
  operations: [
    'clock',
    'operations',
    'schedule',
    'job',
    'db',
    'errors',
    'type error-codes',
    'type queue/queue',
    'queue/redact',
    // Amounts are shown in the major unit, and Stripe's minor unit is not always that of ISO 4217.
    'provider/money',
    'providers/stripe/currency-digits',
    'npm:zod',
    'npm:drizzle-orm',
    'node:crypto',
  ],
  // The page of the jobs: a person looks at them and acts on them in a browser.
  page: [
    'page',
    'operations',
    'db',
    'errors',
    'error-codes',
    'job/state',
    'log/redact',
    'http/address',
    'config/connection-string',
    'config/listen-address',
    'type config/load',
    'type queue/queue',
    'npm:zod',
    'npm:drizzle-orm',
    'node',
  ],
  verify: ['clock', 'verify', 'job', 'erasure', 'sync', 'type provider', 'db', 'errors', 'npm:drizzle-orm', ...pure],
  sync: ['clock', 'sync', 'provider', 'json', 'errors', 'type db/schema', 'npm:zod', ...pure],
  provider: ['provider', 'json', 'errors', 'type db/schema', 'node:crypto'],
  'a provider': [
    'own folder',
    'own sdk',
    'provider',
    'db/schema',
    'errors',
    'type error-codes',
    'http',
    'log/redact',
    'npm:zod',
    'node:crypto',
    'node:zlib',
    'type node:http',
  ],
  // They are named in the configuration and read from a disk. What is loaded on demand gets the rest of the worker as a kit.
  'custom providers': [
    'own folder',
    'provider',
    'db/schema',
    'errors',
    'http',
    'log/redact',
    'npm:zod',
    'node:crypto',
    'node:fs',
    'node:path',
    'node:url',
  ],
  registry: ['providers', 'type provider/contract', 'type provider/live', 'errors'],
  queue: [
    'queue/message',
    'type queue/queue',
    'queue/redact',
    'queue/harmless-text',
    'queue/key-free',
    'secrets/reference',
    'log/redact',
    'type log',
    'type config/connection-string',
  ],
  delivery: [
    'clock',
    'errors',
    'type queue/message',
    'type queue/message-worker',
    'type queue/pulse',
    'type queue/queue',
    'type queue/retry',
    'queue/redact',
    'job/outcome',
    'job/request',
    'job/run',
    'type job/session',
    'type log',
    'type telemetry/telemetry',
  ],
  // The scheme of the address chooses among the transports, and each is a file that is loaded on demand.
  'choice of transport': ['errors', 'type config/load', 'type queue/queue', 'queue/transport-name', 'own transports'],
  transport: [
    'errors',
    'own transport',
    'queue/message',
    'type queue/message-worker',
    'queue/queue',
    'queue/poison',
    'queue/redact',
    'queue/transport-name',
    'queue/server-address',
    'http/aws-client',
    'db/connection',
    'db/errors',
    'config/connection-string',
    'type log',
    'type npm:aws-lambda',
    'npm:@aws-sdk',
    'npm:pg',
    'npm:amqplib',
    'npm:ioredis',
    'npm:@azure/service-bus',
    'node:crypto',
    'node:fs',
    'node:path',
    'node:timers/promises',
  ],
  secrets: ['secrets', 'errors', 'log/redact', 'type clock', 'http/aws-client', 'npm:@aws-sdk'],
  db: ['clock', 'db', 'type config', 'errors', 'json', 'npm:drizzle-orm', 'npm:pg', 'node'],
  // A vendor's sandbox takes the types of the vendor's SDK and behaves by itself; the server knows no vendor.
  // One whose API is GraphQL runs queries with the reference implementation, against the vendor's own schema.
  sandbox: ['own sandbox', 'sandbox/server', 'type own sdk', 'npm:graphql', 'node'],
  'sandbox server': ['sandbox/server', 'node'],
  local: [
    'clock',
    'local',
    'sandbox',
    'type config',
    'type job/state/result',
    'config/connection-string',
    'db',
    'log',
    'errors',
    'npm',
    'node',
  ],
  config: ['config', 'type error-codes', 'http/base-url', 'queue/transport-name', 'log/redact', 'npm:zod', 'node'],
  http: ['http', 'errors', 'log/redact', 'node:net', 'node:dns', 'node:http', 'node:https', 'node:stream', 'node:zlib'],
  log: ['log', 'type error-codes', 'npm:@aws-lambda-powertools', 'npm:pino'],
  // What the worker counts and measures, and where that goes. It knows no job and no queue: it is told.
  telemetry: ['telemetry', 'type log', 'type error-codes', 'npm:@opentelemetry/api'],
  errors: ['type error-codes'],
  'error-codes': ['error-codes'],
  clock: ['node:timers/promises'],
  json: ['json', 'node:buffer'],
}

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
