import { chmodSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const enoughBytes = 4 * 1024 ** 3

/**
 * A new folder for a server that only tests use, in memory if the system offers enough of it. A database has hundreds of
 * files, and on a disk a copy of them takes six times the CPU time. Another user may read it: Postgres does not run as root.
 */
export function createMemoryFolder(prefix: string): string {
  const folder = mkdtempSync(join(hasMemory() ? memory : tmpdir(), prefix))
  chmodSync(folder, 0o755)
  return folder
}

function hasMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= enoughBytes
  } catch {
    return false
  }
}
