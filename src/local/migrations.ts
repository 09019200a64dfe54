import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The migrations of this checkout, or those beside a bundle, whatever directory a command runs in. */
export function migrationsFolder(): string {
  const beside = join(import.meta.dirname, 'drizzle')
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../drizzle')
}
