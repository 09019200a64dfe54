import { join } from 'node:path'

/** The migrations of this checkout, whatever directory a command runs in. */
export const migrationsFolder = join(import.meta.dirname, '../../drizzle')
