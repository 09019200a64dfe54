import { expect, test } from 'vitest'
import { withoutSecrets } from '../../../src/cli/erasure/without-secrets.ts'

test('secrets go by the name of their field and by their shape, and nothing else changes', () => {
  const kept =
    '{"id": 820982911946154508, "name": "Zoë \\"Q\\" \\ud83d", "note": "the secret is out", "n": [1.50, null]}'
  expect(withoutSecrets(kept)).toBe(kept)
  const key = 'sk_live_51AbCdEfGhIjKlMn'
  expect(
    withoutSecrets(
      `{"client_secret":"pi_1_secret_2","a":{"access_token" : "x\\"y"},"note":"key ${key} \\"quoted\\" password=\\"p q\\", b","tokens":["t"]}`,
    ),
  ).toBe(
    '{"client_secret":"[secret]","a":{"access_token" : "[secret]"},"note":"key [secret] \\"quoted\\" password=[secret], b","tokens":["t"]}',
  )
})
