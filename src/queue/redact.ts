import { redactSecrets } from '../log/redact.ts'
import { isHarmlessText } from './harmless-text.ts'
import { holdsNoKey } from './key-free.ts'

/** A key whose value is a secret, by its letters and digits alone: `x-api-key` is `xapikey`. */
const secretName =
  /token|secret|passw|passphrase|^pass$|pwd|psw|credential|auth|bearer|jwt|signature|cookie|session|key$/
/** Characters. A person reads the copy, and redacting a whole megabyte would take a second. */
const longestCopy = 64 * 1024

/**
 * A body for the dead-letter queue. JSON keeps its shape, and the values that are known to be harmless. A text that
 * is not JSON keeps nothing: its secrets may stand in any encoding.
 */
export function redactBody(body: string): string {
  if (body === '') return ''
  return (redactJson(body) ?? notShown(body)).slice(0, longestCopy).toWellFormed()
}

/** Whether a body is a copy that lacks something, so that its job cannot be sent again. */
export function isRedacted(copy: string): boolean {
  return (
    copy.length >= longestCopy || /\[redacted\]|\[(?:\d+ characters that are|a character that is) not shown/.test(copy)
  )
}

/** Fields of a message that may name a secret or an account. With what they name, the job can be sent again. */
const mayName = /^(?:access_?token|account)$/i

/**
 * Redacts JSON, and JSON in the strings of JSON. Undefined if the text is not JSON, or is nested too deep to be written
 * again. Values beyond the copy are left out: to read a hundred thousand of them would take a second.
 */
function redactJson(text: string): string | undefined {
  if (!/^\s*["{[]/.test(text)) return undefined
  let budget = longestCopy
  const spend = <Value>(value: Value): Value => {
    budget -= typeof value === 'string' ? value.length : 1
    return value
  }
  const redacted = (value: unknown): unknown => {
    if (typeof value === 'string') return spend(redactText(value))
    if (typeof value !== 'object' || value === null) return spend(value)
    // As in { "name": "token", "value": "…" }.
    if (namesSecret(Object.values(value))) return spend('[redacted]')
    if (Array.isArray(value)) return [...whileRoom(value, redacted)]
    return Object.fromEntries(
      whileRoom(Object.entries(value), ([name, inner]) => {
        if (mayName.test(name) && typeof inner === 'string' && holdsNoKey(inner)) return [spend(name), spend(inner)]
        const isSecret = isSecretName(name) && inner !== null
        return [spend(redactName(name)), isSecret ? spend('[redacted]') : redacted(inner)]
      }),
    )
  }
  function* whileRoom<Value, Result>(values: readonly Value[], redactOne: (value: Value) => Result): Generator<Result> {
    for (const value of values) {
      if (budget <= 0) return
      yield redactOne(value)
    }
  }
  try {
    const parsed: unknown = JSON.parse(text)
    // A message is an object. A text by itself may be anything.
    if (typeof parsed === 'string') return JSON.stringify(redactJson(parsed) ?? notShown(parsed))
    return JSON.stringify(redacted(parsed))
  } catch {
    return undefined
  }
}

function redactText(text: string): string {
  return redactJson(text) ?? (isHarmlessText(text) ? text : notShown(text))
}

function redactName(name: string): string {
  return name.length <= 64 && isHarmlessText(name, { asName: true }) ? redactSecrets(name) : notShown(name)
}

/** Whether one of these values, if they are few, is the name of a secret, so that another may be the secret. */
function namesSecret(values: readonly unknown[]): boolean {
  const isName = (value: unknown) => typeof value === 'string' && /^[\w-]{2,40}$/.test(value) && isSecretName(value)
  return values.length <= 40 && values.some(isName)
}

function isSecretName(name: string): boolean {
  return secretName.test(
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  )
}

/** Fields of a message, with which a person finds its sender. */
const fields = ['jobId', 'tenantId', 'providerName', 'accessToken', 'additionalData']
const identity = /\b(job_?id|tenant_?id)\b[^0-9a-z]{1,12}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])/gi

/** What stands for a text: its length, which fields of a message it names, and the ids of job and tenant. */
function notShown(text: string): string {
  const begin = text.slice(0, longestCopy)
  const names = begin.toLowerCase().replaceAll('_', '')
  const named = fields.filter((field) => names.includes(field.toLowerCase()))
  const ids = [...begin.matchAll(identity)].slice(0, 2).map(([, name, id]) => `${name} ${id}`)
  return `[${[
    text.length === 1 ? 'a character that is not shown' : `${text.length} characters that are not shown`,
    ...(named.length > 0 ? [`they name ${named.join(', ')}`] : []),
    ...ids,
  ].join('; ')}]`
}
