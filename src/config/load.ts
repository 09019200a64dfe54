import { readFileSync } from 'node:fs'
import type * as z from 'zod'
import type { ErrorCode } from '../error-codes/error-codes.ts'
import { redactSecrets } from '../log/redact.ts'
import { type ConnectionSettings, parseConnectionString } from './connection-string.ts'
import { nearest } from './nearest.ts'
import { type Settings, settingsSchema } from './schema.ts'
import { isReference } from './setting-kinds.ts'

/** The settings with the connection string read. `database` is absent when none is configured. */
export interface Config extends Settings {
  readonly database: ConnectionSettings | undefined
  /** Fields that the worker does not know, a sentence each, for the log. */
  readonly warnings: readonly string[]
}

/** A wrong setting: one sentence a field, each naming the field, what was expected and what was found, never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ErrorCode = 'invalid_setting'
}

interface Origin {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The parsed appsettings.json, or undefined where there is none. */
  readonly file: unknown
}

/** Reads the secrets that settings refer to. Returns their values by field: `Stripe.ApiKey`. */
export type OpenSettings = (
  settings: readonly { readonly field: string; readonly reference: string }[],
  stores: { readonly endpoint: string | undefined; readonly region: string | undefined },
) => Promise<ReadonlyMap<string, string>>

/** The configuration, with the secrets read that its settings refer to. @throws ConfigError, or what `openSettings` throws */
export async function openConfig(openSettings: OpenSettings, path = 'appsettings.json'): Promise<Config> {
  const origin = originOf(path)
  const config = readConfig(origin)
  const referring = referringSettings(config)
  if (referring.length === 0) return config
  const { Endpoint: endpoint, Region: region } = config.Secrets
  return readConfig(origin, await openSettings(referring, { endpoint, region }))
}

/**
 * appsettings.json of the current directory and the environment → Config, in which references stand for secrets. The only
 * reader of `process.env`.
 * @throws ConfigError
 */
export function loadConfig(path = 'appsettings.json'): Config {
  return readConfig(originOf(path))
}

const originOf = (path: string): Origin => ({ environment: process.env, file: readFile(path) })

/** A variable that a command line names, such as one that holds a token. */
export const environmentVariable = (name: string): string | undefined => process.env[name]

/** The secret settings that are references. */
function referringSettings(config: Config) {
  return secretFields.flatMap(({ section, name }) => {
    const value = textOf(config, section, name)
    return value !== undefined && isReference(value) ? [{ field: `${section}.${name}`, reference: value }] : []
  })
}

function textOf(config: Config, section: string, name: string): string | undefined {
  const sections: Readonly<Record<string, unknown>> = { ...config }
  const fieldsOfSection: unknown = sections[section]
  if (typeof fieldsOfSection !== 'object' || fieldsOfSection === null) return undefined
  const value: unknown = Reflect.get(fieldsOfSection, name)
  return typeof value === 'string' ? value : undefined
}

/** The pure half of `loadConfig`. `opened`: the values of settings that are references. @throws ConfigError */
export function readConfig({ environment, file }: Origin, opened: ReadonlyMap<string, string> = new Map()): Config {
  const given = new Map<string, Given>()
  const gathered = [...gatherFile(file, given), ...gatherEnvironment(environment, given)]
  const problems = gathered.filter(({ isError }) => isError).map(({ sentence }) => sentence)
  const warnings = gathered.filter(({ isError }) => !isError).map(({ sentence }) => sentence)
  for (const [field, value] of opened)
    given.set(field, { value: value.trim(), from: `the secret that ${given.get(field)?.from} names` })
  const sections: Record<string, Record<string, unknown>> = {}
  for (const section of Object.keys(settingsSchema.shape)) sections[section] = {}
  for (const [field, { value }] of given) {
    const [section = '', name = ''] = field.split('.')
    if (value !== null && value !== '') sections[section] = { ...sections[section], [name]: value }
  }
  const parsed = settingsSchema.safeParse(sections)
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => describeIssue(issue, given)))
  let database: ConnectionSettings | undefined
  // Also where another setting is wrong, so that all that is to be corrected is said at once.
  const connection = sections.ConnectionStrings?.DefaultConnection
  if (typeof connection === 'string' && !isReference(connection)) {
    try {
      database = parseConnectionString(connection)
    } catch (error) {
      const from = given.get('ConnectionStrings.DefaultConnection')?.from ?? ''
      problems.push(`ConnectionStrings.DefaultConnection ${error instanceof Error ? error.message : ''} (from ${from})`)
    }
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems.join('\n'))
  return { ...withRegion(parsed.data, environment.AWS_REGION), database, warnings }
}

/** The region of the environment where the configuration names none, for servers on loopback too. */
function withRegion(settings: Settings, region: string | undefined): Settings {
  const { Queue, Secrets } = settings
  return {
    ...settings,
    Queue: { ...Queue, Region: Queue.Region ?? region },
    Secrets: { ...Secrets, Region: Secrets.Region ?? region },
  }
}

interface Given {
  readonly value: unknown
  readonly from: string
}

/** Something about the configuration that its owner should know. */
interface Remark {
  readonly isError: boolean
  readonly sentence: string
}

/** Lower-cased `section.field` → its spelling in the schema. */
const fields = new Map(
  Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
    Object.keys(shape).map((name) => [`${section}.${name}`.toLowerCase(), `${section}.${name}`] as const),
  ),
)
/** The settings whose values are secrets. */
const secretFields = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
  Object.keys(shape).flatMap((name) => (metaOf(section, name).secret === true ? [{ section, name }] : [])),
)
const sectionNames = new Map(Object.keys(settingsSchema.shape).map((name) => [name.toLowerCase(), name]))

function readFile(path: string): unknown {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new ConfigError(`${path}: cannot be read`, { cause })
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    throw new ConfigError(`${path}: is not JSON (comments and trailing commas are not read)`)
  }
}

function gatherFile(file: unknown, given: Map<string, Given>): Remark[] {
  if (file === undefined) return []
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    return [{ isError: true, sentence: 'appsettings.json must hold an object' }]
  const from = 'appsettings.json'
  const remarks: Remark[] = []
  for (const [section, content] of Object.entries(file)) {
    const known = sectionNames.get(section.toLowerCase())
    if (!known) continue
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      remarks.push({ isError: true, sentence: `${known} must be an object, found ${kindOf(content)} (from ${from})` })
      continue
    }
    for (const [name, value] of Object.entries(content)) {
      const field = fields.get(`${section}.${name}`.toLowerCase())
      if (field) given.set(field, { value: trimmed(value), from })
      else remarks.push(...unknownField(known, name, from))
    }
  }
  return remarks
}

function gatherEnvironment(environment: Origin['environment'], given: Map<string, Given>): Remark[] {
  const remarks: Remark[] = []
  for (const [variable, value] of Object.entries(environment)) {
    const [section = '', name, ...more] = variable.split('__')
    const known = sectionNames.get(section.toLowerCase())
    if (!known || name === undefined || !value?.trim()) continue
    const field = more.length === 0 ? fields.get(`${section}.${name}`.toLowerCase()) : undefined
    const from = `the environment variable ${variable}`
    if (field) given.set(field, { value: trimmed(value), from })
    else remarks.push(...unknownField(known, [name, ...more].join('.'), from))
  }
  return remarks
}

/** The end of a line in a secret that was pasted is not a part of it. */
const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value)

/** A misspelling is an error. Any other field may belong to an application that shares the configuration. */
function unknownField(section: string, name: string, from: string): Remark[] {
  // Connection strings of other databases are normal.
  if (section === 'ConnectionStrings') return []
  const known = [...fields.values()]
    .filter((field) => field.startsWith(`${section}.`))
    .map((field) => field.slice(section.length + 1))
  const similar = nearest(name, known)
  const advice = similar ? `did you mean ${section}.${similar}?` : `${section} has ${known.join(', ')}`
  // The name comes from outside and goes into the log.
  const shown = redactSecrets(`${section}.${name}`.slice(0, 200))
  return [
    { isError: similar !== undefined, sentence: `${shown} is not a setting of this worker; ${advice} (from ${from})` },
  ]
}

function describeIssue(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): string {
  const field = issue.path.join('.')
  const { value, from } = given.get(field) ?? { value: undefined, from: 'nowhere' }
  const [section = '', name = ''] = field.split('.')
  const meta = metaOf(section, name)
  const options =
    'values' in issue && Array.isArray(issue.values)
      ? issue.values.map((option) => JSON.stringify(option)).join(', ')
      : undefined
  const special = issue.code === 'custom' && issue.message !== 'Invalid input' ? issue.message : undefined
  const expected = special ?? meta.expected ?? (options ? `one of ${options}` : 'text')
  const shown = meta.secret || value === undefined ? kindOf(value) : redactSecrets(JSON.stringify(value)).slice(0, 200)
  return `${field} must be ${expected}, found ${shown} (from ${from})`
}

function metaOf(section: string, name: string): Readonly<Record<string, unknown>> {
  const sections: Readonly<Record<string, { shape: Readonly<Record<string, z.ZodType>> }>> = settingsSchema.shape
  return { ...sections[section]?.shape[name]?.meta() }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value} that is not shown`
}
