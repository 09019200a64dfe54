import { GraphQLError } from 'graphql'

/** An error of one field of a query; its field becomes null in the answer. */
export const fieldError = (message: string, code: string, more: Readonly<Record<string, unknown>> = {}) =>
  new GraphQLError(message, { extensions: { code, ...more } })

/** What the schema has and the sandbox has not: a client must not take the answer for a filtered list. */
export const notBuilt = (what: string) => fieldError(`The sandbox does not have ${what}.`, 'NOT_IMPLEMENTED')

/** An app needs an approval of its own for what tells who a person is: shopify.dev, protected customer data. */
export const notApproved = (field: string) =>
  fieldError(
    `This app is not approved to use the ${field} field. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.`,
    'ACCESS_DENIED',
  )

export const badRequest = (message: string) => fieldError(message, 'BAD_REQUEST')
