import type { Credentials } from '../../../provider/contract.ts'
import type { Kit } from '../kit.ts'
import type { Manifest } from './schema.ts'
import { type TokenPlace, tokenPlaces } from './template.ts'

/** The token of a job, with what a manifest takes from it. */
export interface Token {
  /** Where it comes from, for error messages. */
  readonly name: string
  /** All of it. */
  readonly whole: string
  /** The values that error messages must not repeat. */
  readonly secrets: readonly string[]
  value(place: TokenPlace): string
}

/**
 * Reads `accessToken`: a text, or a JSON object of texts for a manifest that names fields of it.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readToken(credentials: Credentials, manifest: Manifest, { SyncError }: Kit): Token {
  const { accessToken: whole, secret } = credentials
  const name = secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`
  const places = tokenPlaces(JSON.stringify(manifest))
  const fieldNames = [...new Set(places.filter((place) => place !== null))]
  const shape = fieldNames.length === 0 ? 'a token' : `a JSON object with ${fieldNames.join(', ')}`
  if (whole === undefined)
    throw new SyncError(
      'reject',
      'no_credentials',
      `${manifest.name}: the message has no accessToken. Send ${shape}, or a reference to it (arn:aws:secretsmanager:…, ssm:/NAME).`,
    )
  const bad = (what: string) =>
    new SyncError('reject', 'bad_credentials', `${manifest.name}: ${name} ${what}. Send ${shape}.`)
  if (fieldNames.length === 0) {
    if (!isPlain(whole)) throw bad('is not a token: it is too short or has spaces or other characters in it')
    return { name, whole, secrets: [whole], value: () => whole }
  }
  const object = fieldsOf(whole)
  if (!object) throw bad('is not a JSON object')
  const values = new Map(fieldNames.map((field) => [field, object[field]]))
  for (const [field, value] of values)
    if (typeof value !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(value)) throw bad(`has no usable field ${field}`)
  const texts = [...values.values()].filter((value) => typeof value === 'string')
  return {
    name,
    whole,
    secrets: [whole, ...texts.filter((text) => text.length >= 8)],
    value: (place) => (place === null ? whole : String(values.get(place))),
  }
}

const isPlain = (token: string) => /^[\x21-\x7e]{8,4096}$/.test(token)

function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
