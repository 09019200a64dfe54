import { type GraphQLFieldResolver, type GraphQLOutputType, getNamedType, isNonNullType } from 'graphql'
import { type Fields, isFields } from '../shopify-object.ts'
import { nestedPage, wholeConnection } from './connection.ts'
import type { Execution } from './execution.ts'
import { badRequest, fieldError, notApproved, notBuilt } from './field-error.ts'
import { listCount, listPage } from './list-page.ts'
import { lists } from './lists.ts'
import { rootValues } from './root-values.ts'

/** Finds the value of any field: by its list, by its root field, or in the object that has it. */
export const resolveField: GraphQLFieldResolver<unknown, Execution> = (source, args, execution, info) => {
  const { fieldName, parentType, returnType } = info
  execution.checkAccess(info, execution.scopes)
  if (execution.failure?.kind === 'field-failed' && execution.failure.name === fieldName)
    throw fieldError('Internal error. Looks like something went wrong on our end.', 'INTERNAL_SERVER_ERROR')
  if (execution.failure?.kind === 'field-protected' && execution.failure.name === fieldName)
    throw notApproved(fieldName)
  const isRoot = parentType.name === 'QueryRoot' || parentType.name === 'Mutation'
  if (isRoot || parentType.name === 'ShopifyPaymentsAccount') {
    const list = Object.hasOwn(lists, `${parentType.name}.${fieldName}`) && lists[`${parentType.name}.${fieldName}`]
    if (list)
      return fieldName.endsWith('Count')
        ? listCount(list, args, execution, info)
        : listPage(list, args, execution, info)
  }
  const value = isRoot ? rootValue(fieldName, args, execution) : valueIn(source, fieldName, execution)
  if (value === undefined) return absent(source, fieldName, returnType, parentType.name)
  if (!Array.isArray(value)) return value
  if (getNamedType(returnType).name.endsWith('Connection'))
    return execution.bulk ? wholeConnection(value) : nestedPage(value, args, fieldName)
  return typeof args.first === 'number' ? value.slice(0, shortListSize(args.first)) : value
}

function rootValue(name: string, args: Fields, execution: Execution): unknown {
  const value = Object.hasOwn(rootValues, name) ? rootValues[name] : undefined
  if (!value) throw notBuilt(`the field ${name}`)
  return value(args, execution)
}

/** A field of an object; of an object that is only named, a field of the object with that id. */
function valueIn(source: unknown, name: string, execution: Execution): unknown {
  if (!isFields(source)) return undefined
  const value = source[name]
  if (value !== undefined || !isReference(source)) return value
  return execution.load(source.id)?.[name]
}

function isReference(source: Fields): source is { readonly id: string } {
  return typeof source.id === 'string' && source.__typename === undefined
}

/**
 * What the sandbox does not have: null where the schema allows it, else an error that says so. A list is never empty
 * because the sandbox does not have it.
 */
function absent(source: unknown, name: string, type: GraphQLOutputType, parent: string): unknown {
  const counted = /^(.+)Count$/.exec(name)?.[1]
  const list = counted !== undefined && isFields(source) ? source[counted] : undefined
  if (Array.isArray(list)) return { __typename: 'Count', count: list.length, precision: 'EXACT' }
  if (!isNonNullType(type)) return null
  throw notBuilt(`${parent}.${name}`)
}

function shortListSize(first: number): number {
  if (first < 0) throw badRequest('first must be a positive number')
  return first
}
