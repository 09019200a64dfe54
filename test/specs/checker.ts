import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { addClosest } from './closest.ts'
import { openName, toJsonSchema, toOpenSchema } from './json-schema.ts'
import type { OpenApi } from './open-api.ts'

/** Checks values against schemas of one file. With `texts`, a text may stand for a number, as in a query string. */
export function createChecker(api: OpenApi, texts: boolean) {
  // The formats of OpenAPI, such as int64, are none of JSON Schema's.
  const options: Options = {
    strict: false,
    allErrors: true,
    verbose: true,
    validateFormats: false,
    coerceTypes: texts,
    // Patterns of PayPal escape characters that need no escape.
    unicodeRegExp: false,
    // A word is twice in one of its enumerations.
    validateSchema: false,
  }
  const hasParts = JSON.stringify(api.components.schemas).includes('"allOf"')
  // Only the newer draft can close a schema of several parts. It takes longer to compile.
  const ajv = hasParts ? new Ajv2019(options) : new Ajv(options)
  addClosest(ajv)
  const added = new Set<string>()
  const compiled = new Map<unknown, ValidateFunction>()

  /** Adds the schemas that a schema refers to, and those that they refer to. The whole file would take a second. */
  function addReferred(schema: unknown): void {
    for (const name of referredBy(schema)) {
      if (added.has(name)) continue
      added.add(name)
      const referred = api.components.schemas[name]
      ajv.addSchema(referred === undefined ? { $id: name } : { $id: name, ...(toJsonSchema(referred) as object) })
      if (hasParts) ajv.addSchema({ $id: openName(name), ...(toOpenSchema(referred ?? {}) as object) })
      addReferred(referred)
    }
  }

  return {
    check(schema: unknown, value: unknown): readonly ErrorObject[] {
      addReferred(schema)
      const validate = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema) as object)
      compiled.set(schema, validate)
      return validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'closest')
    },
  }
}

/** The names of the schemas that a schema refers to. One that the file does not have allows any value. */
function referredBy(schema: unknown): readonly string[] {
  const text = JSON.stringify(schema) ?? ''
  return [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
}
