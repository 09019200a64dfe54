import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the program `billing-sync` as a bundle. */
    program: string
  }
}

/**
 * Bundles the program from these sources, once for the whole run. A process of the bundle starts with an eighth of the CPU
 * time that `bin/billing-sync.js` takes, which compiles each module by itself.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-program-'))
  await build({
    entryPoints: ['src/cli/billing-sync.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    banner: { js: first },
    plugins: [besideSources],
    logLevel: 'error',
  })
  project.provide('program', join(folder, 'billing-sync.mjs'))
  return () => rmSync(folder, { recursive: true, force: true })
}

/** Packages in CommonJS require Node's own modules. The warning is silenced as in `bin/billing-sync.js`. */
const first = `
  import { createRequire as requireFrom } from 'node:module'
  const require = requireFrom(import.meta.url)
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'`

/** A module finds the files beside its source, although it runs in a bundle. */
const besideSources: Plugin = {
  name: 'beside-sources',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }))
  },
}
