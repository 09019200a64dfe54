import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ErrorObject } from 'ajv'
import { createChecker } from './checker.ts'
import { nestedQuery } from './nested-query.ts'

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
  /** An answer of status 200, or of the given one. */
  answer(method: string, path: string, body: string, status?: number): readonly Difference[]
  /** Whether the specification has the call. */
  has(method: string, path: string): boolean
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
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content } | Reference>>
}

/** `#/components/parameters/page` */
interface Reference {
  readonly $ref: string
}

type Content = Readonly<Record<string, { readonly schema: unknown }>>

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>
    readonly parameters?: Readonly<Record<string, Parameter>>
    readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
  }
}

/** Reads a compressed file. `added` has calls that the vendor documents elsewhere. */
export function readSpecification(file: URL, added: OpenApi['paths'] = {}): Specification {
  const read: OpenApi = JSON.parse(gunzipSync(readFileSync(file)).toString())
  const api: OpenApi = { ...read, paths: { ...read.paths } }
  for (const [path, methods] of Object.entries(added))
    Object.assign(api.paths, { [path]: { ...api.paths[path], ...methods } })
  const values = createChecker(api, false)
  const texts = createChecker(api, true)
  const querySchemas = new Map<string, object>()
  const operations = new Set<string>()
  const find = createFinder(api)

  function checkQuery(operation: string, parameters: readonly Parameter[], query: URLSearchParams): Difference[] {
    const schema = querySchemas.get(operation) ?? querySchema(parameters)
    querySchemas.set(operation, schema)
    return texts.check(schema, nestedQuery(query)).map(asDifference(operation, 'query'))
  }

  return {
    operations,
    request(method, path, query, body) {
      const call = find(method, path)
      if (!call) return [unknownCall(method, path)]
      operations.add(call.name)
      const { operation } = call
      const schema = jsonSchemaIn(operation.requestBody?.content)
      const parameters = (operation.parameters ?? []).map((parameter) => resolved(api, parameter))
      const differences = checkQuery(call.name, parameters, query)
      if (schema === undefined)
        return body
          ? [...differences, { operation: call.name, in: 'body', field: '', what: 'is unknown' }]
          : differences
      return [...differences, ...values.check(schema, JSON.parse(body || '{}')).map(asDifference(call.name, 'body'))]
    },
    has: (method, path) => find(method, path) !== undefined,
    answer(method, path, body, status = 200) {
      const call = find(method, path)
      if (!call) return [unknownCall(method, path)]
      const schema = schemaOf(api, call.operation, status)
      if (schema === undefined) throw new Error(`The specification has no answer for ${call.name}`)
      return values.check(schema, JSON.parse(body)).map(asDifference(call.name, 'answer'))
    },
  }
}

/** The schema of an answer. PayPal has one for the errors of each status, `error_404`, and a default that is all of them. */
function schemaOf(api: OpenApi, { responses }: Operation, status: number): unknown {
  const ofStatus = api.components.schemas[`error_${status}`]
  if (ofStatus !== undefined) return ofStatus
  const response = responses[status] ?? (status === 200 ? undefined : responses.default)
  return response && jsonSchemaIn(resolved(api, response).content)
}

/** What a reference stands for. */
function resolved<Kind extends object>(api: OpenApi, value: Kind | Reference): Kind {
  if (!('$ref' in value)) return value
  const [, , section = '', name = ''] = value.$ref.split('/')
  const named = (api.components as unknown as Readonly<Record<string, Readonly<Record<string, Kind>>>>)[section]?.[name]
  if (!named) throw new Error(`The specification has no ${value.$ref}`)
  return named
}

const unknownCall = (method: string, path: string): Difference => ({
  operation: `${method} ${path}`,
  in: 'call',
  field: '',
  what: 'is not in the specification',
})

const jsonSchemaIn = (content: Content | undefined) => content?.['application/json']?.schema

function asDifference(operation: string, place: 'query' | 'body' | 'answer') {
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

/** The parameters of a query as the fields of an object. */
function querySchema(parameters: readonly Parameter[]): object {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  return {
    type: 'object',
    properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
    required: known.filter(({ required }) => required).map(({ name }) => name),
  }
}
