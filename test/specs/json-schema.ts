type Schema = Readonly<Record<string, unknown>>

/**
 * Turns a schema of OpenAPI 3.0 into JSON Schema: `nullable` becomes a type, `anyOf` the keyword of `closest.ts`, and an
 * object may have no field that its schema does not name.
 */
export function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, ...rest } = schema as Schema
  const converted = Object.fromEntries(
    Object.entries(rest)
      .filter(([name]) => !ignored.test(name))
      .map(([name, value]) => [name === 'anyOf' ? 'closest' : name, convertedValue(name, value)]),
  )
  const closed = closedObject(converted)
  return nullable === true ? orNull(closed) : closed
}

/** What only describes a schema, and what JSON Schema calls otherwise. `default` would change what is checked. */
const ignored =
  /^(x-|description$|example$|default$|discriminator$|xml$|externalDocs$|deprecated$|readOnly$|writeOnly$|title$)/
/** Keys whose values map names of fields to schemas. */
const fieldMaps = new Set(['properties', 'patternProperties', 'definitions'])

function convertedValue(name: string, value: unknown): unknown {
  // Each schema is known to ajv by its own name.
  if (name === '$ref') return String(value).replace('#/components/schemas/', '')
  return fieldMaps.has(name) ? convertEach(value) : toJsonSchema(value)
}

function convertEach(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as Schema).map(([name, schema]) => [name, toJsonSchema(schema)]))
}

function orNull(schema: Schema): Schema {
  const { type, enum: values } = schema
  if (type === undefined) return { closest: [schema, { type: 'null' }] }
  return { ...schema, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) }
}

function closedObject(schema: Schema): Schema {
  const isClosed = schema.properties !== undefined && schema.additionalProperties === undefined
  return isClosed ? { ...schema, additionalProperties: false } : schema
}
