import { randomStream, seedFor } from '../server/random.ts'
import type { Resource } from './resource.ts'

/** The shared fields of an object, and the same as text to follow its own fields: `,"name":"Zoë"}`. */
export interface Variant {
  readonly fields: Readonly<Record<string, unknown>>
  readonly tail: Buffer
}

/** The variants of a resource, each drawn when it is first needed. */
export function createVariants({ shared }: Resource, seed: number): (n: number) => Variant {
  if (!shared) return () => plain
  const variants: Variant[] = []
  return (n) => {
    const index = n % most
    const known = variants[index]
    if (known) return known
    const fields = shared(randomStream(seedFor(seed, index)))
    const variant = { fields, tail: Buffer.from(`,${JSON.stringify(fields).slice(1)}`) }
    variants[index] = variant
    return variant
  }
}

const most = 4_096
const plain: Variant = { fields: {}, tail: Buffer.from('}') }
