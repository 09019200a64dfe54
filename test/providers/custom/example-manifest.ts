import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { kit } from '../../../src/providers/custom/kit.ts'
import { manifestProvider } from '../../../src/providers/custom/manifest/provider.ts'
import { readManifest } from '../../../src/providers/custom/manifest/read-manifest.ts'

/** The manifest of a file with some fields replaced, such as its address. */
export function manifestAt(path: string, over: object): string {
  return JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...over })
}

/** The provider that such a manifest describes. */
export const providerOf = (text: string) => manifestProvider(readManifest(text, 'example.json', kit), kit)

/** A file with this content, removed when the test ends. */
export function temporaryFile(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'billing-sync-custom-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, basename(name))
  writeFileSync(path, content)
  return path
}
