import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Asset {
  readonly type: string
  readonly content: Buffer
}

const types: Readonly<Record<string, string>> = {
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.svg': 'image/svg+xml',
}

/** Files that browsers load, by their paths. They lie beside this file, and beside a bundle. */
export function readAssets(): ReadonlyMap<string, Asset> {
  return new Map(
    Object.entries(types).map(([name, type]) => [
      `/${name}`,
      { type, content: readFileSync(join(import.meta.dirname, name)) },
    ]),
  )
}
