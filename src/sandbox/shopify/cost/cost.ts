import { type FieldNode, Kind } from 'graphql'
import { fieldOf } from '../shopify-object.ts'
import type { CostNode } from './plan.ts'

/**
 * How the size of a connection counts.
 * - `linear`: each object that is asked for, as Shopify's limits page and its article "Rate Limiting GraphQL APIs by
 *   Calculating Query Complexity" (2018) say: 2 and `first` times the cost of an object.
 * - `logarithmic`: floor(2 ln(first)) objects. Shopify's staff says that connections scale with the logarithm and keeps the
 *   formula closed: https://community.shopify.dev/t/24364. This one is a third party's; it gives the 25 points that a store
 *   answered for 250 variants with their inventory items: https://community.shopify.dev/t/23101.
 */
export type CostRule = 'linear' | 'logarithmic'

export type Variables = Readonly<Record<string, unknown>>

/** What a query may cost at most: an object 1, a connection or a list with a size 2 and its objects, a scalar nothing. */
export function requestedCost(nodes: readonly CostNode[], variables: Variables, rule: CostRule): number {
  const ofNode = (node: CostNode): number => {
    const inner = () => ofChildren(node)
    switch (node.kind) {
      case 'free':
        return 0
      case 'edges':
        return inner()
      case 'object':
      case 'nodes':
        return 1 + inner()
      case 'connection':
        return 2 + multiplier(sizeOf(node.node, variables) ?? 0, rule) * inner()
      case 'list': {
        const size = sizeOf(node.node, variables)
        return size === undefined ? 1 + inner() : 2 + multiplier(size, rule) * (1 + inner())
      }
    }
  }
  // Of an interface or a union, the most that one of its types can cost.
  const ofChildren = ({ children, alternatives }: Pick<CostNode, 'children' | 'alternatives'>): number =>
    sum(children.map(ofNode)) + Math.max(0, ...alternatives.map((other) => sum(other.map(ofNode))))
  return ofChildren({ children: nodes, alternatives: [] })
}

/** What the query did cost, by what its answer holds. Never more than it may cost. */
export function actualCost(nodes: readonly CostNode[], data: unknown, variables: Variables, rule: CostRule): number {
  const ofNode = (node: CostNode, value: unknown): number => {
    if (value === null || value === undefined) return 0
    switch (node.kind) {
      case 'free':
        return 0
      case 'object':
        return 1 + ofChildren(node, value)
      case 'connection':
        return 2 + ofChildren(node, value)
      case 'nodes':
      case 'edges':
        return ofItems(node, value, node.kind === 'nodes' ? 1 : 0)
      case 'list': {
        const isSized = sizeOf(node.node, variables) !== undefined
        if (isSized) return 2 + ofItems(node, value, 1)
        return Math.max(0, ...itemsIn(value).map((item) => 1 + ofChildren(node, item)))
      }
    }
  }
  const ofItems = (node: CostNode, value: unknown, each: number): number => {
    const items = itemsIn(value)
    const costs = items.map((item) => (item === null ? 0 : each + ofChildren(node, item)))
    if (rule === 'linear' || items.length === 0) return sum(costs)
    return Math.ceil((sum(costs) / items.length) * multiplier(items.length, rule))
  }
  const ofChildren = (
    { children, alternatives }: Pick<CostNode, 'children' | 'alternatives'>,
    value: unknown,
  ): number => sum([...children, ...alternatives.flat()].map((child) => ofNode(child, fieldOf(value, child.key))))
  return ofChildren({ children: nodes, alternatives: [] }, data)
}

const itemsIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function multiplier(size: number, rule: CostRule): number {
  if (rule === 'linear' || size === 0) return size
  return Math.floor(2 * Math.log(Math.max(2, size)))
}

/** The `first` or `last` of a field, or how many ids it names; undefined if it has no size. */
function sizeOf({ arguments: given = [] }: FieldNode, variables: Variables): number | undefined {
  for (const { name, value } of given) {
    const variable = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
    if (name.value === 'first' || name.value === 'last') {
      if (value.kind === Kind.INT) return Number(value.value)
      if (typeof variable === 'number') return variable
    }
    if (name.value === 'ids') {
      if (value.kind === Kind.LIST) return value.values.length
      if (Array.isArray(variable)) return variable.length
    }
  }
  return undefined
}
