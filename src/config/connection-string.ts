import * as z from 'zod'
import { hostOf } from '../http/base-url.ts'
import { parseHost, severalHosts } from './database-host.ts'

/**
 * How far a connection must be encrypted, Npgsql's words (`SSL Mode`), lower-cased.
 * `prefer` asks the server and falls back to plain text; `verifyca` checks the chain, `verifyfull` the host name too.
 */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verifyca', 'verifyfull'] as const
export type SslMode = (typeof sslModes)[number]

/** Where Postgres is and who we are there. `password` is a secret: never log this object. */
export interface ConnectionSettings {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly sslMode: SslMode
  /** Path of a PEM file with the certificate authority to trust instead of the system's. */
  readonly rootCertificate: string | undefined
  readonly applicationName: string | undefined
  /** The schemas that tables are looked for in, as Postgres writes the list. Undefined: those of the login. */
  readonly searchPath: string | undefined
}

/**
 * Reads `ConnectionStrings.DefaultConnection`: Npgsql keywords (`Host=…;Port=…;…`) or a `postgres://` URL.
 * @throws Error with a sentence that names the keyword, never its value.
 */
export function parseConnectionString(text: string): ConnectionSettings {
  const keywords = /^postgres(ql)?:\/\//i.test(text.trim()) ? fromUrl(text.trim()) : fromKeywords(text)
  if (keywords.passfile && !keywords.password) throw new Error(passfile)
  const settings = shape.safeParse({ ...keywords, ...(keywords.host ? parseHost(keywords.host) : {}) })
  if (settings.success) return settings.data
  const issue = settings.error.issues[0]
  throw new Error(issue?.message ?? 'is not a connection string')
}

/** The keyword a value is kept under → the spellings Npgsql knows for it, spaces and case aside. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  host: ['host', 'server'],
  port: ['port'],
  database: ['database', 'db'],
  user: ['username', 'userid', 'user', 'uid'],
  password: ['password', 'pwd', 'psw'],
  sslMode: ['sslmode'],
  rootCertificate: ['rootcertificate', 'sslrootcert'],
  applicationName: ['applicationname', 'application_name'],
  searchPath: ['searchpath', 'search_path'],
  passfile: ['passfile'],
}

/** Npgsql keywords some of whose values ask for more than this worker does, each with those values and a sentence. */
const unheeded: Readonly<Record<string, readonly [values: RegExp, sentence: string]>> = {
  options: [
    /./,
    'has Options, which the worker does not send, because poolers refuse them. Use Search Path, or ALTER ROLE … SET',
  ],
  channelbinding: [/^require$/i, 'asks for Channel Binding, which the worker does not do. Use SSL Mode=VerifyFull'],
  channel_binding: [/^require$/i, 'asks for channel_binding, which the worker does not do. Use sslmode=verify-full'],
  gssencryptionmode: [/^require$/i, 'asks for GSS encryption, which the worker does not do. Use SSL Mode'],
  checkcertificaterevocation: [
    /^(?:true|yes|1)$/i,
    'asks for Check Certificate Revocation, which the worker does not do. Leave it out',
  ],
  targetsessionattributes: [/standby|only/i, 'asks for a server that takes no writes. The worker writes'],
  target_session_attrs: [/standby|only/i, 'asks for a server that takes no writes. The worker writes'],
}

const passfile = 'names a Passfile, which the worker does not read. Give the Password'

/** Npgsql keywords that mean nothing to this worker (it sizes and times its own pool) and are passed over. */
const ignored = new Set(
  [
    ['pooling', 'minimumpoolsize', 'minpoolsize', 'maximumpoolsize', 'maxpoolsize', 'connectionidlelifetime'],
    ['connectionpruninginterval', 'connectionlifetime', 'timeout', 'connectiontimeout', 'commandtimeout'],
    ['internalcommandtimeout', 'cancellationtimeout', 'keepalive', 'tcpkeepalive', 'includeerrordetail'],
    ['trustservercertificate', 'persistsecurityinfo', 'enlist', 'clientencoding', 'encoding', 'timezone'],
    ['maxautoprepare', 'autoprepareminusages', 'noresetonclose', 'loadbalancehosts', 'targetsessionattributes'],
    ['multiplexing', 'logparameters', 'sslnegotiation', 'channelbinding', 'gssencryptionmode', 'channel_binding'],
    ['readbuffersize', 'writebuffersize', 'options', 'includerealm', 'kerberosservicename'],
    ['servercompatibilitymode', 'arraynullabilitymode', 'connect_timeout', 'pgbouncer', 'connection_limit'],
    ['tcpkeepalivetime', 'tcpkeepaliveinterval', 'socketreceivebuffersize', 'socketsendbuffersize'],
    [
      'loadtablecomposites',
      'hostrecheckseconds',
      'loadbalancetimeout',
      'includefailedbatchedcommand',
      'checkcertificaterevocation',
    ],
    ['writecoalescingbufferthresholdbytes', 'target_session_attrs', 'client_encoding', 'keepalives'],
  ].flat(),
)

const canonical = new Map(
  Object.entries(spellings).flatMap(([name, all]) => all.map((spelling) => [spelling, name] as const)),
)

function assign(into: Record<string, string>, keyword: string, value: string): void {
  const key = keyword.toLowerCase().replaceAll(' ', '')
  const name = canonical.get(key)
  const [values, sentence] = unheeded[key] ?? []
  if (values?.test(value)) throw new Error(sentence)
  // As in .NET, a keyword without a value is not given.
  if (name && value !== '') into[name] = value
  // The keyword itself is not quoted: after an unquoted semicolon it may be a piece of the password.
  else if (!name && !ignored.has(key)) throw new Error(unknownKeyword)
}

const unknownKeyword =
  'has a keyword this worker does not know. Known: Host, Port, Database, Username, Password, SSL Mode, Root Certificate, ' +
  'Application Name, Search Path. A value with a semicolon must stand in quotes'

function fromKeywords(text: string): Record<string, string> {
  const pairs = /[\s;]*([^=;]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;]*?))\s*(?:;|$)/y
  const keywords: Record<string, string> = {}
  while (pairs.lastIndex < text.length) {
    if (/^[\s;]*$/.test(text.slice(pairs.lastIndex))) break
    const match = pairs.exec(text)
    if (!match?.[1]) throw new Error('is neither "Host=…;Database=…;Username=…;Password=…" nor a postgres:// URL')
    const value = match[2]?.replaceAll('""', '"') ?? match[3]?.replaceAll("''", "'") ?? match[4] ?? ''
    assign(keywords, match[1], value)
  }
  return keywords
}

function fromUrl(text: string): Record<string, string> {
  if (/^[^/]*\/\/(?:[^/@]*@)?[^/?#@]*,/.test(text)) throw new Error(severalHosts)
  if (!URL.canParse(text)) throw new Error(brokenUrl)
  const url = new URL(text)
  const keywords: Record<string, string> = {}
  const put = (name: string, value: string) => {
    try {
      if (value !== '') keywords[name] = decodeURIComponent(value)
    } catch {
      throw new Error(brokenUrl)
    }
  }
  put('host', hostOf(url))
  put('port', url.port)
  put('database', url.pathname.slice(1))
  put('user', url.username)
  put('password', url.password)
  for (const [keyword, value] of url.searchParams) assign(keywords, keyword, value)
  return keywords
}

const brokenUrl =
  'starts like a postgres:// URL but is none; characters such as @ : / # % in the password must be percent-encoded'

/** A list of names. A name of other characters than letters, digits, `_` and `$` stands in double quotes. */
const schemaList =
  /^\s*(?:"(?:[^"]|"")+"|[\p{L}_$][\p{L}\p{N}_$]*)\s*(?:,\s*(?:"(?:[^"]|"")+"|[\p{L}_$][\p{L}\p{N}_$]*)\s*)*$/u

const portExpected = 'has a Port that is no whole number from 1 to 65535'

const shape = z.object({
  host: z.string('names no Host'),
  port: z
    .string()
    .regex(/^\d{1,5}$/, portExpected)
    .transform(Number)
    .pipe(z.number().min(1, portExpected).max(65_535, portExpected))
    .default(5432),
  database: z.string('names no Database'),
  user: z.string('names no Username'),
  password: z
    .string()
    .optional()
    .transform((text) => text),
  sslMode: z
    .string()
    .default('prefer')
    .transform((text) => text.toLowerCase().replaceAll(/[\s-]/g, ''))
    .pipe(
      z.enum(
        sslModes,
        `has an SSL Mode that is none of ${['Disable', 'Allow', 'Prefer', 'Require', 'VerifyCA', 'VerifyFull'].join(', ')}`,
      ),
    ),
  rootCertificate: z
    .string()
    .optional()
    .transform((path) => path),
  applicationName: z
    .string()
    .optional()
    .transform((name) => name),
  searchPath: z
    .string()
    .regex(schemaList, 'has a Search Path that is no list of schemas, such as billing,public')
    .optional()
    .transform((list) => list),
})
