import { readFileSync } from 'node:fs'
import { kit } from '../../src/providers/custom/kit.ts'
import { manifestProvider as providerOf } from '../../src/providers/custom/manifest/provider.ts'
import { readManifest } from '../../src/providers/custom/manifest/read-manifest.ts'

/**
 * The provider that a manifest describes, with some of its fields replaced, such as the address: `{ baseUrl: server.url }`.
 * @throws Error with a sentence for each mistake
 */
export function manifestProvider(file: string, over: Readonly<Record<string, unknown>> = {}) {
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const text = JSON.stringify({ ...(manifest as object), ...over })
  return providerOf(readManifest(text, file, kit), kit)
}
