import { unexpected } from './exceptions.ts'
import { type Difference, type OpenApi, readSpecification, type Specification } from './open-api.ts'

/** PayPal describes each of its APIs in a file of its own. */
const files = [
  'reporting_transactions_v1',
  'billing_subscriptions_v1',
  'catalogs_products_v1',
  'invoicing_v2',
  'customer_disputes_v1',
] as const

let specifications: readonly Specification[] | undefined
const paypal = () =>
  (specifications ??= files.map((file) =>
    readSpecification(
      new URL(`./paypal/${file}.json.gz`, import.meta.url),
      file === 'billing_subscriptions_v1' ? listOfSubscriptions : {},
    ),
  ))

/** What in a request to PayPal is not as its specification says, a sentence each. Unknown fields are among it. */
export function checkRequest(
  method: string,
  path: string,
  query: URLSearchParams | Readonly<Record<string, string>> = {},
  body?: string,
): readonly string[] {
  const parameters = new URLSearchParams(query as Record<string, string>)
  return check(method, path, (specification) => specification.request(method, path, parameters, body))
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: string
}

/** The same of all requests that a sandbox has seen: `checkRequests(sandbox.requests)`. */
export const checkRequests = (requests: readonly Sent[]): readonly string[] =>
  requests.flatMap(({ method, path, query, body }) => checkRequest(method, path, query, body))

/** The same of an answer. Errors are told apart by their status: `answer 401` is the operation of an exception. */
export function checkAnswer(method: string, path: string, body: string, status = 200): readonly string[] {
  if (status !== 200 && path === tokenPath) return []
  if (status === 429) return unexpected('paypal', [{ ...unknownStatus, value: status }])
  return check(method, path, (specification) =>
    specification
      .answer(method, path, body, status)
      .map((difference) => (status === 200 ? difference : { ...difference, operation: `answer ${status}` })),
  )
}

const tokenPath = '/v1/oauth2/token'
const unknownStatus = {
  operation: 'answer 429',
  in: 'answer',
  field: 'status',
  what: 'is not in the specification',
} as const

function check(
  method: string,
  path: string,
  differences: (specification: Specification) => readonly Difference[],
): readonly string[] {
  const specification = paypal().find((candidate) => candidate.has(method, path))
  const isAdded = method === 'GET' && path in listOfSubscriptions
  return unexpected('paypal', [
    ...(specification && !isAdded ? [] : [{ ...unknownCall, operation: `${method} ${path}` }]),
    ...(specification ? differences(specification) : []),
  ])
}

const unknownCall = { in: 'call', field: '', what: 'is not in the specification' } as const

const text = { type: 'string' }
const time = { $ref: '#/components/schemas/date_time' }
const inQuery = (name: string, schema: object) => ({ name, in: 'query', schema })

/**
 * The list of subscriptions is missing in Subscriptions 1.6. Here it is as in PayPal's own SDK: npm
 * @paypal/paypal-server-sdk 2.5.0, SubscriptionsController.listSubscriptions and SubscriptionCollection. The bounds
 * of the pages are those of the plans.
 */
const listOfSubscriptions: OpenApi['paths'] = {
  '/v1/billing/subscriptions': {
    get: {
      parameters: [
        inQuery('plan_ids', text),
        inQuery('statuses', text),
        inQuery('created_after', time),
        inQuery('created_before', time),
        inQuery('status_updated_after', time),
        inQuery('status_updated_before', time),
        inQuery('filter', text),
        inQuery('customer_ids', text),
        inQuery('page_size', { type: 'integer', minimum: 1, maximum: 20 }),
        inQuery('page', { type: 'integer', minimum: 1, maximum: 100_000 }),
      ],
      responses: {
        200: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  subscriptions: { type: 'array', items: { $ref: '#/components/schemas/subscription' } },
                  links: { type: 'array', items: { $ref: '#/components/schemas/link_description' } },
                },
              },
            },
          },
        },
        default: { $ref: '#/components/responses/default' },
      },
    },
  },
}
