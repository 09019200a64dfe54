import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { toJsonSchema } from './json-schema.ts'

/** Something that is not as the specification says. */
export interface Difference {
  /** `POST /v2/orders/search` */
  readonly operation: string
  readonly in: 'call' | 'path' | 'query' | 'body' | 'answer'
  /** The field, with `*` for each place in a list: `orders.*.line_items.*.uid`. Empty for a call. */
  readonly field: string
  readonly what: string
  /** The value, where it is none of an enumeration. */
  readonly value?: unknown
}

/** A vendor's specification, as checks. */
export interface Specification {
  request(method: string, path: string, query: URLSearchParams, body: string | undefined): readonly Difference[]
  answer(method: string, path: string, body: string): readonly Difference[]
  /** The operations that a request was checked for. */
  readonly operations: ReadonlySet<string>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: unknown
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema: unknown }>>

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

export function readSpecification(file: URL): Specification {
  const api: OpenApi = JSON.parse(gunzipSync(readFileSync(file)).toString())
  // The formats of OpenAPI, such as int64, are none of JSON Schema's.
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, validateFormats: false })
  const added = new Set<string>()
  /** Adds the schemas that a schema refers to, and those that they refer to. The whole file would take a second. */
  const addReferred = (schema: unknown): void => {
    for (const name of referredBy(schema)) {
      if (added.has(name)) continue
      added.add(name)
      const referred = api.components.schemas[name]
      ajv.addSchema(referred === undefined ? { $id: name } : { $id: name, ...(toJsonSchema(referred) as object) })
      addReferred(referred)
    }
  }
  const compiled = new Map<unknown, ValidateFunction>()
  const check = (schema: unknown, value: unknown): readonly ErrorObject[] => {
    addReferred(schema)
    const validate = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema) as object)
    compiled.set(schema, validate)
    return validate(value) ? [] : (validate.errors ?? []).filter(saysWhatIsWrong)
  }
  const operations = new Set<string>()
  const find = createFinder(api)

  function checkQuery(operation: string, parameters: readonly Parameter[], query: URLSearchParams): Difference[] {
    const known = parameters.filter((parameter) => parameter.in === 'query')
    const difference = (field: string, what: string) => ({ operation, in: 'query', field, what }) as const
    return [
      ...known
        .filter(({ name, required }) => required && !query.has(name))
        .map(({ name }) => difference(name, 'is missing')),
      ...[...query].flatMap(([name, text]) => {
        const parameter = known.find((candidate) => candidate.name === name)
        if (!parameter) return [difference(name, 'is unknown')]
        const errors = check(parameter.schema, typedValue(parameter.schema, text))
        return errors.map((error) => difference(name, error.message ?? 'is wrong'))
      }),
    ]
  }

  return {
    operations,
    request(method, path, query, body) {
      const found = find(method, path)
      if (!found) return [unknownCall(method, path)]
      operations.add(found.name)
      const { operation } = found
      const schema = jsonSchemaIn(operation.requestBody?.content)
      const differences = checkQuery(found.name, operation.parameters ?? [], query)
      if (schema === undefined)
        return body
          ? [...differences, { operation: found.name, in: 'body', field: '', what: 'is unknown' }]
          : differences
      return [...differences, ...check(schema, JSON.parse(body || '{}')).map(asDifference(found.name, 'body'))]
    },
    answer(method, path, body) {
      const found = find(method, path)
      if (!found) return [unknownCall(method, path)]
      const schema = jsonSchemaIn(found.operation.responses['200']?.content)
      if (schema === undefined) throw new Error(`The specification has no answer for ${found.name}`)
      return check(schema, JSON.parse(body)).map(asDifference(found.name, 'answer'))
    },
  }
}

/** Of a value that fits none of several schemas, ajv also says that it is not null and that it fits none. */
const saysWhatIsWrong = ({ keyword, params }: ErrorObject) => keyword !== 'anyOf' && params.type !== 'null'

const unknownCall = (method: string, path: string): Difference => ({
  operation: `${method} ${path}`,
  in: 'call',
  field: '',
  what: 'is not in the specification',
})

const jsonSchemaIn = (content: Content | undefined) => content?.['application/json']?.schema

function asDifference(operation: string, place: 'body' | 'answer') {
  return ({ instancePath, keyword, message = '', params, data }: ErrorObject): Difference => {
    const path = instancePath
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? '*' : part))
    const added = params.additionalProperty ?? params.missingProperty
    const field = [...path, ...(added === undefined ? [] : [added])].join('.')
    const what = `${message} ${JSON.stringify(params)}`
    return { operation, in: place, field, what, ...(keyword === 'enum' ? { value: data } : {}) }
  }
}

/** Paths of the specification by their segments; one without a parameter comes before one with. */
function createFinder(api: OpenApi) {
  const paths = Object.entries(api.paths)
    .map(([path, methods]) => ({ path, methods, segments: path.split('/') }))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
  return (method: string, path: string): { readonly name: string; readonly operation: Operation } | undefined => {
    const given = path.split('/')
    for (const { path: template, methods, segments } of paths) {
      const operation = methods[method.toLowerCase()]
      if (!operation || segments.length !== given.length) continue
      if (segments.every((segment, at) => segment.startsWith('{') || segment === given[at]))
        return { name: `${method} ${template}`, operation }
    }
    return undefined
  }
}

/** A value of a query string as its schema means it. */
function typedValue(schema: unknown, text: string): unknown {
  const { type } = schema as { type?: string }
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

/** The names of the schemas that a schema refers to. One that the file does not have allows any value. */
function referredBy(schema: unknown): readonly string[] {
  const text = JSON.stringify(schema) ?? ''
  return [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
}
