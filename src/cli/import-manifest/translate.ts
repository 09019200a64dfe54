import { type Fields, fields as fieldsOf } from '../../json/value.ts'
import { Untranslated } from './list.ts'
import { resolved, textAt, within } from './references.ts'
import { common, errorRules } from './requester.ts'
import { type Stream, type TranslatedStream, translateStream } from './stream.ts'

/** What became of a stream of the original. */
export interface StreamReport {
  readonly name: string
  /** Why there is no list of it. */
  readonly refusal?: string
  readonly left: readonly string[]
  readonly losses: readonly string[]
}

export interface Translation {
  readonly manifest: Fields
  readonly streams: readonly StreamReport[]
  /** What is to be done about the manifest as a whole. */
  readonly remarks: readonly string[]
}

/** Translates an Airbyte declarative manifest as far as possible. @throws Error if nothing of it can be used */
export function translate(original: unknown, name: string): Translation {
  const root = resolved(original)
  const given = within(root, 'streams')
  const streams = (Array.isArray(given) ? given : []).map(
    (value): Stream => ({ name: nameOf(textAt(value, 'name') ?? 'list'), value }),
  )
  if (streams.length === 0) throw new Error('import-manifest: the file has no streams. Is it a declarative manifest?')
  const results = streams.map(attempt)
  const translated = results.flatMap(({ translation }) => translation ?? [])
  const requesters = streams.map(({ value }) => within(value, 'retriever', 'requester'))
  const shared = common(requesters[0])
  const errors = errorRules(requesters[0])
  const { resources, orphans } = gather(translated)
  const { manifest, remarks } = withToken({
    $schema: 'manifest.schema.json',
    name,
    baseUrl: shared.baseUrl,
    auth: shared.auth,
    ...(Object.keys(shared.headers).length > 0 && { headers: shared.headers }),
    ...(errors.rules.length > 0 && { errors: { rules: errors.rules } }),
    resources,
  })
  return {
    manifest,
    streams: results.map(({ report }) =>
      orphans.has(report.name) ? { ...report, refusal: 'the stream of its parent is not translated' } : report,
    ),
    remarks: [...[...shared.left, ...errors.left].map((part) => `not translated: ${part}`), ...remarks, ownersRemark],
  }
}

const ownersRemark = 'owner is null in each list: say where its rows name their customer before you erase customers'

const nameOf = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')

function attempt(stream: Stream): { readonly report: StreamReport; readonly translation?: TranslatedStream } {
  const { name } = stream
  try {
    const translation = translateStream(stream)
    return { report: { name, left: translation.left, losses: translation.losses }, translation }
  } catch (error) {
    if (error instanceof Untranslated) return { report: { name, refusal: error.message, left: [], losses: [] } }
    throw error
  }
}

/** Lists of objects stand in the resource of these objects. */
function gather(streams: readonly TranslatedStream[]) {
  const roots = streams.filter(({ parent }) => parent === undefined)
  const orphans = new Set(
    streams
      .filter(({ parent }) => parent !== undefined && !roots.some(({ name }) => name === nameOf(parent)))
      .map(({ name }) => name),
  )
  const resources = roots.map(({ name, list }) => {
    const nested = streams.filter(({ parent }) => parent !== undefined && nameOf(parent) === name)
    return nested.length === 0 ? list : { ...list, nested: nested.map((child) => child.list) }
  })
  return { resources, orphans }
}

/**
 * The settings of the original that become the token of a job: a single one is the token, several are its fields. An original
 * does not say whose token it is: a field of the token does.
 */
function withToken(manifest: Fields): { readonly manifest: Fields; readonly remarks: readonly string[] } {
  const text = JSON.stringify(manifest)
  const fields = [...new Set([...text.matchAll(/\{accessToken\.(\w+)\}/g)].map(([, field]) => field ?? ''))]
  const [site] = [...String(manifest.baseUrl).matchAll(/\{accessToken\.(\w+)\}/g)].map(([, field]) => field)
  const account = site ?? 'account'
  const names = [...new Set([...fields, account])]
  const { $schema, name, baseUrl, auth, ...rest } = fieldsOf(JSON.parse(text))
  return {
    manifest: { $schema, name, baseUrl, auth, identity: { account: `{accessToken.${account}}` }, ...rest },
    remarks: [
      `the accessToken of a message is a JSON object with ${names.join(', ')}`,
      ...(site === undefined
        ? [
            'the original does not say whose token it is, so the token names the account: if the API can tell, use identity.path',
          ]
        : []),
    ],
  }
}
