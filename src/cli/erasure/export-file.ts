import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { withoutSecrets } from './without-secrets.ts'

/** Takes the lines of an export. Waits while its reader is slower. */
export interface ExportWriter {
  /** A JSON object without its line end. */
  line(json: string): Promise<void>
}

/** Removes secrets from each line. */
export function writerTo(out: Writable): ExportWriter {
  return {
    async line(json) {
      if (!out.write(`${withoutSecrets(json)}\n`)) await once(out, 'drain')
    },
  }
}

/**
 * Writes a file that its owner alone may read. It has its name when it is complete, and replaces none.
 * @throws Error if there is a file of that name
 */
export async function writeFileOf<T>(path: string, write: (writer: ExportWriter) => Promise<T>): Promise<T> {
  if (existsSync(path)) throw new Error(`The file ${path} exists. Name another one with --out.`)
  const unfinished = `${path}.part`
  const file = createWriteStream(unfinished, { mode: 0o600 })
  try {
    await once(file, 'open')
    const result = await write(writerTo(file))
    file.end()
    await finished(file)
    await rename(unfinished, path)
    return result
  } catch (error) {
    file.destroy()
    await rm(unfinished, { force: true })
    throw error
  }
}
