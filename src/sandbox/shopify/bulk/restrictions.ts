import type { CostNode } from '../cost/plan.ts'

/**
 * What a bulk query may not be, a sentence each: https://shopify.dev/docs/api/usage/bulk-operations/queries, section
 * "Operation restrictions". The sentences themselves are an assumption.
 */
export function bulkRestrictions(fields: readonly CostNode[]): readonly string[] {
  const names = fields.map(({ node }) => node.name.value)
  const count = connectionsIn(fields)
  return [
    ...(fields.length > 1 ? ['Bulk queries cannot have more than one top-level field.'] : []),
    ...(names.includes('node') || names.includes('nodes')
      ? ['Bulk queries cannot use the top-level fields node and nodes.']
      : []),
    ...(count === 0 ? ['Bulk queries must contain at least one connection.'] : []),
    ...(count > 5 ? ['Bulk queries cannot contain more than 5 connections.'] : []),
    ...(depthOf(fields) > 3 ? ['Bulk queries cannot contain connections with a nesting depth greater than 2.'] : []),
    ...(fields.some((field) => hasConnectionInList(field, false))
      ? ['Queries that contain a connection field within a list field are not currently supported.']
      : []),
  ]
}

const inner = ({ children, alternatives }: CostNode): readonly CostNode[] => [...children, ...alternatives.flat()]

const connectionsIn = (nodes: readonly CostNode[]): number =>
  nodes.reduce((sum, node) => sum + (node.kind === 'connection' ? 1 : 0) + connectionsIn(inner(node)), 0)

const depthOf = (nodes: readonly CostNode[]): number =>
  Math.max(0, ...nodes.map((node) => (node.kind === 'connection' ? 1 : 0) + depthOf(inner(node))))

function hasConnectionInList(node: CostNode, isInList: boolean): boolean {
  if (isInList && node.kind === 'connection') return true
  return inner(node).some((child) => hasConnectionInList(child, isInList || node.kind === 'list'))
}
