import { replaceTexts } from '../../json/unparsed.ts'
import { redactSecrets } from '../../log/redact.ts'

/** Fields of payloads that are secrets by their name: who has a payment's client_secret may act on it. */
const secretNames = /^(?:.*_)?(?:secret|password|passwd|token|api_?key|private_?key)$/i

/** JSON text without secrets: values of fields that are named like one, and texts that look like one. Numbers keep their digits. */
export const withoutSecrets = (json: string): string =>
  replaceTexts(json, (quoted, name) => {
    if (secretNames.test(name)) return '"[secret]"'
    const text = quoted.slice(1, -1)
    return redactSecrets(text) === text ? quoted : JSON.stringify(redactSecrets(decoded(quoted)))
  })

function decoded(quoted: string): string {
  return String(JSON.parse(quoted))
}
