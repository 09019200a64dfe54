import { sql } from 'drizzle-orm'
import type { Database } from './tenant.ts'

/**
 * Runs the work behind a savepoint. If it throws, its changes are undone and the transaction can go on. Do not nest.
 */
export async function guarded<T>(tx: Database, work: () => Promise<T>): Promise<T> {
  await tx.execute(sql`savepoint guarded`)
  try {
    const result = await work()
    await tx.execute(sql`release savepoint guarded`)
    return result
  } catch (error) {
    await tx.execute(sql`rollback to savepoint guarded`)
    await tx.execute(sql`release savepoint guarded`)
    throw error
  }
}
