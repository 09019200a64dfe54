import { redactSecrets } from '../../log/redact.ts'

/** Fields of payloads that are secrets by their name: who has a payment's client_secret may act on it. */
const secretNames = /^(?:.*_)?(?:secret|password|passwd|token|api_?key|private_?key)$/i

/** A JSON string, and the colon behind it if it is a name. */
const strings = /"((?:[^"\\]|\\.)*)"(\s*:)?/g

/** JSON text without secrets: values of fields that are named like one, and texts that look like one. Numbers keep their digits. */
export function withoutSecrets(json: string): string {
  let name = ''
  return json.replaceAll(strings, (quoted: string, text: string, colon: string | undefined) => {
    if (colon !== undefined) {
      name = text
      return quoted
    }
    const isValueOf = name
    name = ''
    if (secretNames.test(isValueOf)) return '"[secret]"'
    const redacted = redactSecrets(text)
    return redacted === text ? quoted : JSON.stringify(redactSecrets(decoded(quoted)))
  })
}

function decoded(quoted: string): string {
  return String(JSON.parse(quoted))
}
