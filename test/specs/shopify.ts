import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import {
  buildClientSchema,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionNode,
  typeFromAST,
  validate,
} from 'graphql'

let built: GraphQLSchema | undefined
/** Shopify's own introspection of the Admin API, 2026-10. */
export const shopifySchema = () => (built ??= readSchema())

function readSchema(): GraphQLSchema {
  const file = readFileSync(new URL('./shopify/admin_2026-10.json.br', import.meta.url))
  return buildClientSchema(JSON.parse(brotliDecompressSync(file).toString()).data, { assumeValid: true })
}

/** What in a query to Shopify is not as its schema says, a sentence each: unknown fields, arguments and variables. */
export function checkRequest(body: string): readonly string[] {
  const { query, variables = {}, operationName } = JSON.parse(body)
  const document = parsed(query)
  if (document instanceof GraphQLError) return [document.message]
  const errors = validate(shopifySchema(), document)
  if (errors.length > 0) return errors.map(({ message }) => message)
  const operation = getOperationAST(document, operationName)
  if (!operation) return ['there is no operation of that name']
  const definitions = operation.variableDefinitions ?? []
  const unknown = Object.keys(variables).filter(
    (name) => !definitions.some(({ variable }) => variable.name.value === name),
  )
  const { errors: wrong = [] } = getVariableValues(shopifySchema(), definitions, variables)
  return [...wrong.map(({ message }) => message), ...unknown.map((name) => `the variable ${name} is not declared`)]
}

interface Sent {
  readonly path: string
  readonly body?: string
}

/** The same of all queries that a sandbox has seen: `checkRequests(sandbox.requests)`. */
export const checkRequests = (requests: readonly Sent[]): readonly string[] =>
  requests.flatMap(({ path, body }) => (path.endsWith('/graphql.json') ? checkRequest(body ?? '') : []))

/** What in the data of an answer is not as the schema and the query say, a sentence each. */
export function checkAnswer(
  query: string,
  answer: { readonly data?: unknown; readonly errors?: unknown },
): readonly string[] {
  const document = parsed(query)
  if (document instanceof GraphQLError || validate(shopifySchema(), document).length > 0) return []
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const root = operation && shopifySchema().getRootType(operation.operation)
  if (!operation || !root || answer.data === undefined || answer.data === null)
    return answer.errors === undefined ? ['neither data nor errors'] : []
  const walk: Walk = { fragments: fragmentsOf(document), hasErrors: answer.errors !== undefined, problems: [] }
  checkObject(walk, root, operation.selectionSet.selections, answer.data, 'data')
  return walk.problems
}

interface Walk {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly hasErrors: boolean
  readonly problems: string[]
}

function checkObject(
  walk: Walk,
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
  value: unknown,
  path: string,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    walk.problems.push(`${path} is no object`)
    return
  }
  const given = new Map(Object.entries(value))
  const requested = new Set<string>()
  const visit = (parent: GraphQLCompositeType, nodes: readonly SelectionNode[], isCertain: boolean): void => {
    for (const node of nodes) {
      if (node.kind !== Kind.FIELD) {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(node.name.value) : node
        const named = fragment?.typeCondition && typeFromAST(shopifySchema(), fragment.typeCondition)
        const condition = named && isCompositeType(named) ? named : parent
        if (fragment)
          visit(condition, fragment.selectionSet.selections, isCertain && (condition === type || isObjectType(type)))
        continue
      }
      const key = (node.alias ?? node.name).value
      requested.add(key)
      if (!given.has(key)) {
        if (isCertain) walk.problems.push(`${path}.${key} is missing`)
      } else if (key !== '__typename' && 'getFields' in parent) {
        const field = parent.getFields()[node.name.value]
        if (field) checkValue(walk, field.type, node.selectionSet?.selections ?? [], given.get(key), `${path}.${key}`)
      }
    }
  }
  visit(type, selections, !isAbstractType(type))
  for (const key of given.keys()) if (!requested.has(key)) walk.problems.push(`${path}.${key} was not asked for`)
}

function checkValue(
  walk: Walk,
  type: GraphQLOutputType,
  selections: readonly SelectionNode[],
  value: unknown,
  path: string,
): void {
  if (value === null || value === undefined) {
    if (isNonNullType(type)) walk.problems.push(`${path} is null`)
    return
  }
  const nullable = isNonNullType(type) ? type.ofType : type
  if (isListType(nullable)) {
    if (!Array.isArray(value)) walk.problems.push(`${path} is no list`)
    else for (const item of value) checkValue(walk, nullable.ofType, selections, item, `${path}.*`)
    return
  }
  const named = getNamedType(nullable)
  if (isCompositeType(named)) checkObject(walk, named, selections, value, path)
  else if (isEnumType(named) ? !named.getValue(String(value)) : !isScalar(named.name, value))
    walk.problems.push(`${path} is no ${named.name}: ${JSON.stringify(value)}`)
}

/** The texts of the scalars, by their descriptions in the schema. */
const texts: Readonly<Record<string, RegExp>> = {
  ID: /^gid:\/\/shopify\/\w+\/[\w-]+$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  Decimal: /^-?\d+\.\d+$/,
  Money: /^-?\d+(\.\d+)?$/,
  UnsignedInt64: /^\d+$/,
  BigInt: /^-?\d+$/,
  URL: /^https?:\/\/\S+$/,
  String: /^/,
  HTML: /^/,
  FormattedString: /^/,
}

function isScalar(name: string, value: unknown): boolean {
  switch (name) {
    case 'Int':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31
    case 'Float':
      return typeof value === 'number'
    case 'Boolean':
      return typeof value === 'boolean'
    case 'JSON':
      return true
    default:
      return typeof value === 'string' && (texts[name]?.test(value) ?? false)
  }
}

const fragmentsOf = ({ definitions }: DocumentNode) =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
