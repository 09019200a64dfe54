import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleDeployed } from '../../scripts/build.ts'

/** The built bundle, in a folder of its own. */
export async function buildBundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-bundle-'))
  await bundleDeployed(folder)
  return folder
}
