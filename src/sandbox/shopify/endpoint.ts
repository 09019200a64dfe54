import { setTimeout as delay } from 'node:timers/promises'
import { executeSync, type GraphQLSchema, getVariableValues } from 'graphql'
import type { HttpAnswer } from '../server/answer.ts'
import { errorOf, failureAnswer, objectAnswer } from './answer.ts'
import type { ShopifyRequest } from './api.ts'
import { servedVersion } from './api-version.ts'
import type { BulkOperations } from './bulk/operations.ts'
import type { Bucket } from './cost/bucket.ts'
import { actualCost, type CostRule, requestedCost } from './cost/cost.ts'
import type { Points } from './cost/points.ts'
import type { Prepare } from './graphql/document.ts'
import type { Execution } from './graphql/execution.ts'
import { resolveField } from './graphql/resolve.ts'
import { invalidVariables } from './graphql/variables.ts'
import { otherItems } from './other-items.ts'
import { readQuery } from './query.ts'
import { badBody, notFound, unauthorized } from './refusal.ts'
import type { Tokens } from './tokens.ts'

interface EndpointParts {
  readonly schema: GraphQLSchema
  readonly prepare: Prepare
  readonly bulkOperations: BulkOperations
  readonly bucket: Bucket
  readonly points: Points
  readonly costs: CostRule
  readonly mostRequested: number
  readonly oldestVersion: string
  readonly tokens: Tokens
  /** The milliseconds the next answer takes. Its points are taken all that time. */
  latency(): number
  readonly signal: AbortSignal
  createExecution(request: ShopifyRequest): Execution
}

/** Answers a query as Shopify does: what is wrong with it first, then whether its points are there, then its data. */
export function createEndpoint(parts: EndpointParts): (request: ShopifyRequest) => Promise<HttpAnswer> {
  const {
    schema,
    prepare,
    bulkOperations,
    bucket,
    points,
    costs: rule,
    mostRequested,
    oldestVersion,
    tokens,
    latency,
    signal,
  } = parts

  async function answerQuery(request: ShopifyRequest): Promise<HttpAnswer> {
    const version = servedVersion(request.route.name, oldestVersion)
    if (version === undefined) throw notFound()
    const headers = { 'X-Shopify-API-Version': version }
    const query = readQuery(request.body)
    if (!query) throw badBody()
    const prepared = prepare(query.query, query.operationName)
    if (prepared.kind === 'invalid') return objectAnswer({ errors: prepared.errors }, headers)
    const { document, operation, costs } = prepared
    const { coerced: variables, errors: wrong } = getVariableValues(
      schema,
      operation.variableDefinitions ?? [],
      query.variables,
    )
    if (!variables) return objectAnswer({ errors: invalidVariables(wrong, operation, query.variables) }, headers)

    const isMutation = operation.operation === 'mutation'
    const requestedQueryCost = isMutation ? mutationCost * costs.length : requestedCost(costs, variables, rule)
    const cost = (actualQueryCost: number | null) => ({
      cost: { requestedQueryCost, actualQueryCost, throttleStatus: bucket.status() },
    })
    if (requestedQueryCost > mostRequested)
      return objectAnswer({ errors: [tooCostly(requestedQueryCost, mostRequested)], extensions: cost(null) }, headers)
    if (!bucket.take(requestedQueryCost)) {
      points.throttled()
      return objectAnswer({ errors: [throttled], extensions: cost(null) }, headers)
    }
    const ms = latency()
    if (ms > 0) await delay(ms, undefined, { signal })

    const execution = parts.createExecution(request)
    const { data, errors } = executeSync({
      schema,
      document,
      variableValues: query.variables,
      contextValue: execution,
      fieldResolver: resolveField,
      ...(query.operationName === undefined ? {} : { operationName: query.operationName }),
    })
    const actual = isMutation ? requestedQueryCost : actualCost(costs, data, variables, rule)
    bucket.giveBack(requestedQueryCost - actual)
    points.spent(
      costs.map(({ node }) => node.name.value),
      { requested: requestedQueryCost, actual },
    )
    const { failure } = request
    const beside = failure?.kind === 'error-beside-data' ? [errorOf(failure)] : []
    const allErrors = [...(errors ?? []), ...beside]
    return objectAnswer(
      {
        data: failure?.kind === 'items' ? otherItems(data, failure.items) : data,
        ...(allErrors.length > 0 ? { errors: allErrors } : {}),
        extensions: { ...cost(actual), ...(execution.searches.length > 0 ? { search: execution.searches } : {}) },
      },
      headers,
    )
  }

  return async (request) => {
    const { route, failure, caller, body } = request
    const failed = failure && failureAnswer(failure)
    if (failed) return failed
    switch (route.kind) {
      case 'token':
        return tokens.grant(body)
      case 'list':
        if (caller.token === '') throw unauthorized()
        return await answerQuery(request)
      case 'bulk': {
        // The address is enough: it is signed, and other servers than the shop's answer.
        const content = bulkOperations.file(route.name)
        if (!content) throw notFound()
        return { status: 200, headers: { 'Content-Type': 'application/jsonl' }, body: content }
      }
      case 'unknown':
        throw notFound()
    }
  }
}

/** https://shopify.dev/docs/api/usage/limits: a mutation costs 10. */
const mutationCost = 10

/** https://shopify.dev/docs/api/usage/response-codes and the wording that stores were seen to answer. */
const throttled = {
  message: 'Throttled',
  extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
}

const tooCostly = (cost: number, maxCost: number) => ({
  message: `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).\n\nSee https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\ncost of a query is calculated.\n`,
  extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: 'https://shopify.dev/api/usage/rate-limits' },
})
