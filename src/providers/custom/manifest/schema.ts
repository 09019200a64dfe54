import * as z from 'zod'
import type { Kit } from '../kit.ts'
import { columns } from './schema-columns.ts'
import { name, pageSize, paging, parameters, path, pointer, scalar, timeFilter, timeReader } from './schema-parts.ts'
import { syncedTables } from './tables.ts'

/* What a manifest may say. The JSON Schema for editors is made of it. */

/** Codes of refusals, as docs/errors.md explains them. */
export const refusalCodes = [
  'key_not_accepted',
  'permission_denied',
  'not_available',
  'not_found',
  'cursor_gone',
  'rate_limited',
  'provider_busy',
  'provider_unavailable',
  'provider_refused',
] as const

const secretText = z.string().describe('{accessToken}, or {accessToken.FIELD} of a token that is a JSON object.')

const auth = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bearer'), token: secretText.default('{accessToken}') }),
    z.strictObject({
      type: z.literal('basic'),
      username: secretText.default('{accessToken}'),
      password: secretText.default(''),
    }),
    z.strictObject({
      type: z.literal('header'),
      name: z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'),
      value: secretText.describe('{accessToken}, with a word before it if the API wants one: "Token {accessToken}".'),
    }),
    z.strictObject({
      type: z.literal('clientCredentials'),
      url: z.string().describe('https:// address where a client gets a token (OAuth 2.0 client credentials).'),
      clientId: secretText.default('{accessToken.clientId}'),
      clientSecret: secretText.default('{accessToken.clientSecret}'),
      credentialsIn: z
        .enum(['header', 'form', 'json'])
        .default('header')
        .describe('header: basic authentication. form, json: client_id and client_secret in the body.'),
      parameters: parameters.optional().describe('More values of the body, such as scope or audience.'),
      token: pointer.default('/access_token').describe('Where the answer has the token.'),
      expiresIn: pointer.default('/expires_in').describe('Where the answer has the seconds of its life.'),
    }),
  ])
  .describe('How a request is signed. Secrets come from the accessToken of a job and never stand in this file.')

const identity = z
  .union([
    z.strictObject({ account: z.string().describe('The account as the token names it: {accessToken.site}.') }),
    z.strictObject({
      path,
      account: pointer.describe('Where the answer has the id of the account.'),
      began: z.strictObject({ at: pointer, read: timeReader.default('dateTime') }).optional(),
    }),
  ])
  .describe('Which account a token belongs to. It is part of the key of each row.')

const errorRule = z.strictObject({
  status: z.array(z.int().min(200).max(599)).min(1),
  at: pointer.optional().describe('Where the answer has what tells the refusals of a status apart.'),
  is: z.array(scalar).min(1).optional().describe('The values there. Absent: any value.'),
  code: z.enum(refusalCodes),
  verdict: z.enum(['retry', 'reject']).optional().describe('Absent: as the code says.'),
  scope: z
    .enum(['object', 'page', 'resource', 'account', 'provider'])
    .optional()
    .describe('How much is given up. Absent: as the code says.'),
  advice: z.string().optional().describe('What a person is to do, as a sentence.'),
})

const errors = z.strictObject({
  message: pointer.optional().describe('Where an answer has the sentence of a refusal, for people.'),
  rules: z.array(errorRule).default([]).describe('The first that fits counts, then the usual meaning of the status.'),
})

const ownerField = z.string().describe('A column of the table, or a JSON pointer into the payload.')
const owner = z
  .strictObject({
    customer: z.array(ownerField).optional().describe('Where a row names its customer.'),
    about: z.array(ownerField).optional().describe('Where a row names the objects it is about.'),
    owns: z.array(ownerField).optional().describe('Where a row names objects of its own.'),
    customerMayBeMissing: z.boolean().optional(),
  })
  .nullable()
  .describe('Whose rows these are, for the erasure of a customer. Null: customers share them.')

const id = z
  .union([pointer, z.array(pointer).min(1)])
  .describe('Where an item has its id. Several are joined with a colon. Absent: /id.')

/** How a list is asked for and read. */
const list = {
  parameters: parameters.optional(),
  body: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'The JSON of a POST request. Absent: GET. Parameters whose names are JSON pointers, such as "/query/limit", are put into it: of paging, pageSize, windows, parts.',
    ),
  items: pointer.optional().describe('Where an answer has the list.'),
  item: pointer.optional().describe('Where an entry of the list has the object. Absent: the entry is the object.'),
  missingIsEmpty: z.boolean().optional().describe('An answer without the list is an empty list.'),
  paging: paging.optional(),
  pageSize: pageSize.optional(),
}

function nestedSchema(table: z.ZodType<string>) {
  return z.strictObject({
    name,
    table: table.optional(),
    parent: z.string().optional().describe('The column with the id of the parent. Absent: parent_id.'),
    embedded: pointer.optional().describe('Where the parent has the whole list. Absent: path is asked for.'),
    path: path.optional().describe('The path of the list of one parent: /customers/{id}/contacts.'),
    ...list,
    id: id.optional(),
    idWithParent: z.boolean().default(false).describe('The id is unique in its parent only.'),
    columns: columns.optional(),
    owner: owner.optional(),
  })
}

function resourceSchema(table: z.ZodType<string>) {
  return z.strictObject({
    name: name.describe('The name in additionalData.resources, in progress and in results.'),
    table: table.optional().describe('Absent: provider_objects.'),
    optional: z.boolean().optional().describe('Only jobs that name the resource read it.'),
    path,
    ...list,
    id: id.optional(),
    created: timeFilter.optional().describe('The list can be filtered by the time of creation.'),
    updated: timeFilter.optional().describe('The list can be filtered by the time of change.'),
    everyRow: z.boolean().optional().describe('An incremental job reads the whole list.'),
    retrieve: z
      .strictObject({ path: path.describe('The path of one object: /customers/{id}.'), item: pointer.default('') })
      .optional()
      .describe('How one object is asked for. Without it no row is ever marked as deleted for its absence.'),
    gone: z
      .strictObject({ at: pointer, is: z.array(scalar).min(1) })
      .optional()
      .describe('How an item says that the object is deleted.'),
    unsettled: z
      .strictObject({ column: z.string(), values: z.array(z.union([z.string(), z.null()])).min(1) })
      .optional()
      .describe('Rows that may change without a new time of change. An incremental job asks for them by id.'),
    parts: z
      .record(z.string().min(1), parameters)
      .optional()
      .describe('Lists that are complete only together, with the parameters of each.'),
    partition: z
      .strictObject({
        path,
        parameters: parameters.optional(),
        items: pointer,
        id: pointer.default('/id'),
        parameter: z.string().min(1),
        column: z.string(),
      })
      .optional()
      .describe('Parts that only the account knows, such as locations. A list has one, in a parameter.'),
    requestsPerSecond: z.number().min(0.01).max(10_000).optional(),
    concurrency: z.int().min(1).max(100).optional(),
    columns: columns.optional(),
    owner: owner.optional(),
    nested: z.array(nestedSchema(table)).optional(),
  })
}

export function manifestSchema({ tables }: Pick<Kit, 'tables'>) {
  const table = z.enum(tableNames(tables))
  return z.strictObject({
    $schema: z.string().optional(),
    name: name.describe('The providerName of messages and the provider of rows. Not the name of a built-in provider.'),
    baseUrl: z
      .string()
      .describe('https:// address of the API. {accessToken.FIELD} may stand for one label of the host.'),
    auth,
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).optional(),
    identity,
    mode: z.enum(['live', 'test']).default('live'),
    began: z.iso.date().optional().describe('The day before which no account has data.'),
    limits: z
      .strictObject({
        requestsPerSecond: z.number().min(0.01).max(10_000).default(5),
        concurrency: z.int().min(1).max(100).default(4).describe('Requests at once for one list.'),
      })
      .prefault({}),
    errors: errors.prefault({}),
    currencyDigits: z
      .record(z.string().regex(/^[A-Z]{3}$/), z.int().min(0).max(4))
      .optional()
      .describe('Decimal places of currencies, where the API differs from ISO 4217.'),
    states: z
      .record(z.string(), z.record(z.string(), z.string()))
      .optional()
      .describe('What the status words mean in the words of the table states, by kind. Migrate writes them.'),
    defaults: z.strictObject(list).optional().describe('What the lists of all resources have in common.'),
    resources: z.array(resourceSchema(table)).min(1),
  })
}

export type Manifest = z.infer<ReturnType<typeof manifestSchema>>
export type ResourcePart = Manifest['resources'][number]
export type NestedPart = NonNullable<ResourcePart['nested']>[number]
/** A list with the defaults of its manifest. */
export type ListPart = NonNullable<Manifest['defaults']>
export type ErrorRule = Manifest['errors']['rules'][number]
export type OwnerPart = NonNullable<ResourcePart['owner']>

/** The tables that items may land in, by their names in SQL. */
function tableNames(tables: Kit['tables']): readonly [string, ...string[]] {
  const [first = '', ...rest] = syncedTables(tables).map(({ name }) => name)
  return [first, ...rest]
}
