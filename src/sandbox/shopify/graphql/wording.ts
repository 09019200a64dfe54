import { type ASTNode, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql'

/**
 * An error of a query as Shopify words it. Its server is written with graphql-ruby, whose validation has these messages
 * and codes: https://github.com/rmosolgo/graphql-ruby, lib/graphql/static_validation/rules.
 */
export function inWordsOfShopify(error: GraphQLError, document: DocumentNode | undefined): WordedError {
  const [node] = error.nodes ?? []
  const path = node && document ? pathTo(document, node) : undefined
  for (const [expression, reword] of wordings) {
    const match = expression.exec(error.message)
    if (!match) continue
    const [message, extensions] = reword(...match.slice(1).map((part) => part ?? ''))
    return { message, locations: error.locations, ...(path ? { path } : {}), extensions }
  }
  return { message: error.message, locations: error.locations, ...(path ? { path } : {}) }
}

export interface WordedError {
  readonly message: string
  readonly [field: string]: unknown
}

type Reworded = readonly [message: string, extensions: Readonly<Record<string, unknown>>]
type Reword = (first?: string, second?: string, third?: string) => Reworded

const wordings: readonly (readonly [RegExp, Reword])[] = [
  [
    /^Cannot query field "(.+?)" on type "(.+?)"/,
    (fieldName, typeName) => [
      `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      { code: 'undefinedField', typeName, fieldName },
    ],
  ],
  [
    /^Unknown argument "(.+?)" on field "(?:.+\.)?(.+?)"/,
    (argumentName, name) => [
      `Field '${name}' doesn't accept argument '${argumentName}'`,
      { code: 'argumentNotAccepted', name, typeName: 'Field', argumentName },
    ],
  ],
  [
    /^(?:Field|Argument) "(.+?)" argument "(.+?)" of type .+ is required/,
    (name, argument) => [
      `Field '${name}' is missing required arguments: ${argument}`,
      { code: 'missingRequiredArguments', className: 'Field', name, arguments: argument },
    ],
  ],
  [
    /^Variable "\$(.+?)" is not defined/,
    (variableName) => [
      `Variable $${variableName} is used but not declared`,
      { code: 'variableNotDefined', variableName },
    ],
  ],
  [
    /^Variable "\$(.+?)" is never used/,
    (variableName) => [`Variable $${variableName} is declared but not used`, { code: 'variableNotUsed', variableName }],
  ],
  [
    /^Variable "\$(.+?)" of type "(.+?)" used in position expecting type "(.+?)"/,
    (variableName, typeName, argumentType) => [
      `Type mismatch on variable $${variableName} (${typeName} / ${argumentType})`,
      { code: 'variableMismatch', variableName, typeName },
    ],
  ],
  [
    /^Field "(.+?)" of type "(.+?)" must have a selection of subfields/,
    (fieldName, typeName) => [
      `Field must have selections (field '${fieldName}' returns ${typeName} but has no selections. Did you mean '${fieldName} { ... }'?)`,
      { code: 'selectionMismatch', nodeName: `field '${fieldName}'`, typeName },
    ],
  ],
  [
    /^Field "(.+?)" must not have a selection since type "(.+?)"/,
    (fieldName, typeName) => [
      `Selections can't be made on scalars (field '${fieldName}' returns ${typeName} but has selections)`,
      { code: 'selectionMismatch', nodeName: `field '${fieldName}'`, typeName },
    ],
  ],
  [
    /^Value "?(.+?)"? does not exist in "(.+?)" enum/,
    (value, typeName) => [
      `Argument has an invalid value (${value}). Expected type '${typeName}'.`,
      { code: 'argumentLiteralsIncompatible', typeName: 'Field', expected: typeName },
    ],
  ],
  [/^Syntax Error: (.+)$/, (message) => [`syntax error, ${message}`, { code: 'parseError' }]],
]

/** The operation and the names of the fields down to a node, as in `["query orders", "orders", "nodes", "foo"]`. */
function pathTo(document: DocumentNode, wanted: ASTNode): readonly string[] {
  const path: string[] = []
  let pathToNode: readonly string[] = []
  visit(document, {
    enter(node) {
      const name = nameOf(node)
      if (name !== undefined) path.push(name)
      if (node === wanted) pathToNode = [...path]
    },
    leave(node) {
      if (nameOf(node) !== undefined) path.pop()
    },
  })
  return pathToNode
}

function nameOf(node: ASTNode): string | undefined {
  switch (node.kind) {
    case Kind.OPERATION_DEFINITION:
      return node.name ? `${node.operation} ${node.name.value}` : node.operation
    case Kind.FRAGMENT_DEFINITION:
      return `fragment ${node.name.value}`
    case Kind.FIELD:
      return (node.alias ?? node.name).value
    case Kind.ARGUMENT:
      return node.name.value
    default:
      return undefined
  }
}
