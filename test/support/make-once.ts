import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { inject } from 'vitest'

/**
 * A folder that is filled by the first test of the run that asks for it. Others wait meanwhile, and nobody changes it later.
 * Where filling fails, the next test tries again.
 */
export async function makeOnce(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(inject('madeOnce'), name)
  const unfinished = `${folder}.unfinished`
  for (;;) {
    if (existsSync(folder)) return folder
    if (!isMadeNow(unfinished)) await setTimeout(50)
    else
      try {
        await fill(unfinished)
        renameSync(unfinished, folder)
      } catch (error) {
        rmSync(unfinished, { recursive: true, force: true })
        throw error
      }
  }
}

/** False where another test, perhaps in another process, made it first. */
function isMadeNow(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
