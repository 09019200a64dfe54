type Schema = Readonly<Record<string, unknown>>

/**
 * Turns a schema of OpenAPI 3.0 into JSON Schema: `nullable` becomes a type, `anyOf` the keyword of `closest.ts`, and an
 * object may have no field that its schema does not name. A schema of several parts (`allOf`) is closed as a whole.
 */
export function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('allOf' in schema) return { ...(toOpenSchema(schema) as Schema), unevaluatedProperties: false }
  const { nullable, ...rest } = schema as Schema
  const converted = Object.fromEntries(
    Object.entries(rest)
      .filter(([name]) => !ignored.test(name))
      .map(([name, value]) => [name === 'anyOf' ? 'closest' : name, convertedValue(name, value)]),
  )
  const closed = closedObject(converted)
  return nullable === true ? orNull(closed) : closed
}

/** The same for a part of a schema: the other parts name more fields. */
export function toOpenSchema(schema: unknown): unknown {
  const { allOf, $ref, ...rest } = schema as Schema
  const { additionalProperties, ...open } = toJsonSchema(rest) as Schema
  return {
    ...((rest as Schema).additionalProperties === undefined ? open : { ...open, additionalProperties }),
    ...($ref === undefined ? {} : { $ref: openName(nameOf($ref)) }),
    ...(Array.isArray(allOf) ? { allOf: allOf.map(toOpenSchema) } : {}),
  }
}

/** The name of a schema in its open form. */
export const openName = (name: string) => `${name}~open`

const nameOf = ($ref: unknown) => String($ref).replace('#/components/schemas/', '')

/** What only describes a schema, and what JSON Schema calls otherwise. `default` would change what is checked. */
const ignored =
  /^(x-|description$|example$|default$|discriminator$|xml$|externalDocs$|deprecated$|readOnly$|writeOnly$|title$)/
/** Keys whose values map names of fields to schemas. */
const fieldMaps = new Set(['properties', 'patternProperties', 'definitions'])

function convertedValue(name: string, value: unknown): unknown {
  // Each schema is known to ajv by its own name.
  if (name === '$ref') return nameOf(value)
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
