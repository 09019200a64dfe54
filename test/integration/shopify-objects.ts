import { type FragmentDefinitionNode, parse, type SelectionSetNode } from 'graphql'
import type { RequestSeen } from '../../src/sandbox/server/traffic.ts'
import type { Sandbox } from '../../src/sandbox/shopify/index.ts'

type Fields = Readonly<Record<string, unknown>>
type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const listIn = (object: Fields, name: string) => object[name] as readonly Fields[]

/** Kinds of transactions that are payments. */
const paymentKinds = ['SALE', 'CAPTURE', 'AUTHORIZATION', 'EMV_AUTHORIZATION']

/** What a complete copy of a shop holds by table, each object with the fields that the worker asked for, here or elsewhere. */
export function objectsByTable(
  sandbox: Sandbox,
  queries = queriesIn(sandbox.requests),
): Readonly<Record<string, readonly Fields[]>> {
  const fragments = fragmentsIn(queries)
  const typed = (type: string, objects: readonly Fields[]) =>
    objects.map((object) => {
      const fragment = fragments.get(type)
      if (!fragment) throw new Error(`no request asked for ${type}`)
      return select(object, fragment.selectionSet, fragments) as Fields
    })
  const orders = sandbox.expected('orders')
  const contracts = sandbox.expected('subscriptionContracts')
  const groups = sandbox.expected('sellingPlanGroups')
  return {
    customers: typed('Customer', sandbox.expected('customers')),
    products: typed('Product', sandbox.expected('products')),
    prices: typed('ProductVariant', sandbox.expected('productVariants')),
    subscriptions: typed('SubscriptionContract', contracts),
    subscription_items: typed(
      'SubscriptionLine',
      contracts.flatMap((contract) => listIn(contract, 'lines')),
    ),
    orders: typed('Order', orders),
    order_lines: typed(
      'LineItem',
      orders.flatMap((order) => listIn(order, 'lineItems')),
    ),
    payments: typed(
      'OrderTransaction',
      orders.flatMap((order) =>
        listIn(order, 'transactions').filter(({ kind }) => paymentKinds.includes(String(kind))),
      ),
    ),
    refunds: typed(
      'Refund',
      orders.flatMap((order) => listIn(order, 'refunds')),
    ),
    disputes: typed('ShopifyPaymentsDispute', sandbox.expected('disputes')),
    payouts: typed('ShopifyPaymentsPayout', sandbox.expected('payouts')),
    balance_transactions: typed('ShopifyPaymentsBalanceTransaction', sandbox.expected('balanceTransactions')),
    provider_objects: [
      ...typed('SellingPlanGroup', groups),
      ...typed(
        'SellingPlan',
        groups.flatMap((group) => listIn(group, 'sellingPlans')),
      ),
      ...typed('SubscriptionBillingAttempt', sandbox.expected('subscriptionBillingAttempts')),
    ],
  }
}

/** The queries of all requests, each once. */
export function queriesIn(requests: readonly RequestSeen[]): ReadonlySet<string> {
  return new Set(
    requests.flatMap(({ path, body = '' }) => (path.endsWith('/graphql.json') ? String(JSON.parse(body).query) : [])),
  )
}

/** The fragments of the queries by their types. */
function fragmentsIn(queries: ReadonlySet<string>): Fragments {
  const definitions = [...queries].flatMap((query) => parse(query).definitions)
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === 'FragmentDefinition' ? [[definition.typeCondition.name.value, definition] as const] : [],
    ),
  )
}

/** The selected fields of a value. A connection has its nodes and no cursor. */
function select(value: unknown, set: SelectionSetNode, fragments: Fragments): unknown {
  if (Array.isArray(value)) return value.map((entry) => select(entry, set, fragments))
  if (!isFields(value)) return value
  const selected: Record<string, unknown> = {}
  for (const selection of set.selections) {
    if (selection.kind === 'Field') {
      const { name, selectionSet, arguments: given = [] } = selection
      const first = given.find((argument) => argument.name.value === 'first')?.value
      const inner = value[name.value]
      const size = first?.kind === 'IntValue' ? Number(first.value) : Number.POSITIVE_INFINITY
      const shown = Array.isArray(inner) ? inner.slice(0, size) : (inner ?? countIn(value, name.value))
      selected[name.value] = selectionSet ? selectInner(shown, selectionSet, fragments) : shown
      continue
    }
    const fragment =
      selection.kind === 'FragmentSpread'
        ? [...fragments.values()].find(({ typeCondition }) => typeCondition.name.value === value.__typename)
        : selection
    if (fragment && (!value.__typename || fragment.typeCondition?.name.value === value.__typename))
      Object.assign(selected, select(value, fragment.selectionSet, fragments))
  }
  return selected
}

function selectInner(value: unknown, set: SelectionSetNode, fragments: Fragments): unknown {
  const nodes = set.selections.find((selection) => selection.kind === 'Field' && selection.name.value === 'nodes')
  if (nodes?.kind === 'Field' && nodes.selectionSet) return { nodes: select(value, nodes.selectionSet, fragments) }
  return select(value, set, fragments)
}

/** `{ count }` of a list, which an object of the sandbox has as the list. */
function countIn(object: Fields, name: string): unknown {
  const list = object[name.replace(/Count$/, '')]
  return name.endsWith('Count') && Array.isArray(list) ? { count: list.length } : null
}

/** A payload without the cursors of its lists. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'pageInfo')
      .map(([name, inner]) => [name, comparable(inner)]),
  )
}
