import * as z from 'zod'
import { kit } from '../../src/providers/custom/kit.ts'
import { manifestSchema } from '../../src/providers/custom/manifest/schema.ts'

/** The JSON Schema of a manifest, for editors. */
export function manifestJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema(kit), { io: 'input' })
  const title = 'Manifest of a custom provider of the billing sync worker'
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`
}
