import { GraphQLError } from 'graphql'

/** An error of one field of a query; its field becomes null in the answer. */
export const fieldError = (message: string, code: string, more: Readonly<Record<string, unknown>> = {}) =>
  new GraphQLError(message, { extensions: { code, ...more } })

/** What the schema has and the sandbox has not: a client must not take the answer for a filtered list. */
export const notBuilt = (what: string) => fieldError(`The sandbox does not have ${what}.`, 'NOT_IMPLEMENTED')

export const badRequest = (message: string) => fieldError(message, 'BAD_REQUEST')
