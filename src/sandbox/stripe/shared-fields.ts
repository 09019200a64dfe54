import { randomStream, seedFor } from '../server/random.ts'
import type { Resource } from './resource.ts'

/** Fields that several objects share, and their text to append to an object's own fields: `,"name":"Zoë"}`. */
export interface Variant {
  readonly fields: Readonly<Record<string, unknown>>
  readonly tail: Buffer
}

/** Which variant the n-th object has. Each variant is drawn when it is first needed. */
export function createVariants({ shared }: Resource, seed: number): (n: number) => Variant {
  if (!shared) return () => emptyVariant
  const variants: Variant[] = []
  return (n) => {
    const index = n % maxVariants
    const known = variants[index]
    if (known) return known
    const fields = shared(randomStream(seedFor(seed, index)))
    const variant = { fields, tail: Buffer.from(`,${JSON.stringify(fields).slice(1)}`) }
    variants[index] = variant
    return variant
  }
}

const maxVariants = 4_096
const emptyVariant: Variant = { fields: {}, tail: Buffer.from('}') }
