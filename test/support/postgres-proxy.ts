import { onTestFinished } from 'vitest'
import { openPostgresProxy as open, type PostgresProxy } from '../faults/postgres-proxy.ts'

/** All statements that pass the proxy from now on, as they are sent. */
export function recordStatements(proxy: PostgresProxy): string[] {
  const statements: string[] = []
  proxy.decide((_, __, statement) => {
    statements.push(statement)
    return 'pass'
  })
  return statements
}

/** A proxy in front of the server of `url` that is closed when the test ends. */
export async function openPostgresProxy(url: string): Promise<PostgresProxy> {
  const proxy = await open(url)
  onTestFinished(() => proxy.close())
  return proxy
}
