import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { type CostNode, planCosts } from '../cost/plan.ts'
import { inWordsOfShopify } from './wording.ts'

/** A query that the schema allows, or why it does not. */
export type Prepared =
  | {
      readonly kind: 'valid'
      readonly document: DocumentNode
      readonly operation: OperationDefinitionNode
      readonly costs: readonly CostNode[]
    }
  | {
      readonly kind: 'invalid'
      readonly errors: readonly unknown[]
      readonly messages: readonly string[]
    }

export type Prepare = (text: string, operationName: string | undefined) => Prepared

/** Parses and validates queries; each text once, because a client sends the same few over and over. */
export function createPrepare(schema: GraphQLSchema): Prepare {
  const prepared = new Map<string, Prepared>()
  return (text, operationName) => {
    const key = `${operationName ?? ''}\n${text}`
    const known = prepared.get(key) ?? prepare(schema, text, operationName)
    if (prepared.size >= mostKept) prepared.clear()
    prepared.set(key, known)
    return known
  }
}

const mostKept = 500

function prepare(schema: GraphQLSchema, text: string, operationName: string | undefined): Prepared {
  const document = parsed(text)
  if (document instanceof GraphQLError) return invalid([inWordsOfShopify(document, undefined)])
  const errors = validate(schema, document)
  if (errors.length > 0) return invalid(errors.map((error) => inWordsOfShopify(error, document)))
  const operation = getOperationAST(document, operationName)
  if (!operation) {
    const message =
      operationName === undefined ? 'An operation name is required' : `No operation named "${operationName}"`
    return invalid([{ message }])
  }
  return { kind: 'valid', document, operation, costs: planCosts(schema, document, operation) }
}

const invalid = (errors: readonly { readonly message: string }[]): Prepared => ({
  kind: 'invalid',
  errors,
  messages: errors.map(({ message }) => message),
})

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
