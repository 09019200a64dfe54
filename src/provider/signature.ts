import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 of parts that follow one another. */
export function hmac(secret: string, encoding: 'hex' | 'base64', ...parts: readonly (string | Buffer)[]): string {
  const made = createHmac('sha256', secret)
  for (const part of parts) made.update(part)
  return made.digest(encoding)
}

/** Compares texts in a time that does not depend on where they differ. */
export function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether one of the secrets fits. While a secret is replaced there are two. All are tried, whichever fits. */
export function fitsAny(secrets: readonly string[], fits: (secret: string) => boolean): boolean {
  return secrets.map(fits).some(Boolean)
}
