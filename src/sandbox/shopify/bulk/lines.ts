import { type Fields, fieldOf, isFields } from '../shopify-object.ts'

/** One object of a result: a line of the file. An object of a nested connection names its parent. */
export interface ResultLines {
  readonly lines: readonly string[]
  /** How many of them are of the outer connection. */
  readonly roots: number
}

/**
 * The data of a bulk query as lines of JSON. Grouped, children follow their parent; else, as since 2026-01, they come
 * anywhere: here after all parents of the same part. https://shopify.dev/docs/api/usage/bulk-operations/queries
 */
export function resultLines(data: unknown, isGrouped: boolean): ResultLines {
  const roots: Fields[][] = []
  for (const node of outerNodes(data)) roots.push(flattened(node, undefined))
  const ordered = isGrouped
    ? roots.flat()
    : [...roots.flatMap(([root]) => root ?? []), ...roots.flatMap(([, ...children]) => children)]
  return { lines: ordered.map((line) => `${JSON.stringify(line)}\n`), roots: roots.length }
}

function outerNodes(value: unknown): readonly Fields[] {
  if (!isFields(value)) return []
  return nodesIn(value) ?? Object.values(value).flatMap(outerNodes)
}

/** An object without its connections, and then the objects of those. */
function flattened(node: Fields, parent: unknown): Fields[] {
  const plain: Record<string, unknown> = {}
  const children: Fields[] = []
  for (const [key, value] of Object.entries(node)) {
    const nodes = nodesIn(value)
    if (nodes) children.push(...nodes.flatMap((child) => flattened(child, node.id)))
    else plain[key] = value
  }
  return [parent === undefined ? plain : { ...plain, __parentId: parent }, ...children]
}

/** The objects of a connection; undefined for what is none. */
function nodesIn(value: unknown): readonly Fields[] | undefined {
  const [nodes, edges] = [fieldOf(value, 'nodes'), fieldOf(value, 'edges')]
  if (Array.isArray(nodes)) return nodes.filter(isFields)
  return Array.isArray(edges) ? edges.map((edge) => fieldOf(edge, 'node')).filter(isFields) : undefined
}
