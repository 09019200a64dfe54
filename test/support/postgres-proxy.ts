import { onTestFinished } from 'vitest'
import { openPostgresProxy as open, type PostgresProxy } from '../faults/postgres-proxy.ts'

/** A proxy in front of the server of `url` that is closed when the test ends. */
export async function openPostgresProxy(url: string): Promise<PostgresProxy> {
  const proxy = await open(url)
  onTestFinished(() => proxy.close())
  return proxy
}
