import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'

/** What one field of a query costs, before its arguments are known. Scalars cost nothing and are not in it. */
export interface CostNode {
  readonly key: string
  readonly kind: 'object' | 'list' | 'connection' | 'edges' | 'nodes' | 'free'
  /** The field as it is written: its arguments say the size. */
  readonly node: FieldNode
  /** What is asked of every object. */
  readonly children: readonly CostNode[]
  /** What is asked of objects of one type only, where several are possible. */
  readonly alternatives: readonly (readonly CostNode[])[]
}

/** The costs of an operation's fields, by the types that they return. */
export function planCosts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly CostNode[] {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const root = schema.getRootType(operation.operation)
  return root ? planSelections({ schema, fragments }, root, [operation.selectionSet]).children : []
}

interface Context {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

type Selected = Map<string, FieldNode[]>

function planSelections(context: Context, type: GraphQLCompositeType, sets: readonly SelectionSetNode[]) {
  const always: Selected = new Map()
  const byType = new Map<GraphQLCompositeType, Selected>()
  for (const set of sets) collect(context, type, set, always, byType)
  const planAll = (parent: GraphQLCompositeType, selected: Selected) =>
    [...selected].flatMap(([key, nodes]) => planField(context, parent, key, nodes) ?? [])
  return {
    children: planAll(type, always),
    alternatives: [...byType].map(([condition, selected]) => planAll(condition, selected)),
  }
}

function collect(
  context: Context,
  type: GraphQLCompositeType,
  { selections }: SelectionSetNode,
  into: Selected,
  byType: Map<GraphQLCompositeType, Selected>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value
      into.set(key, [...(into.get(key) ?? []), selection])
      continue
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? context.fragments.get(selection.name.value) : selection
    if (!fragment) continue
    const named = fragment.typeCondition && typeFromAST(context.schema, fragment.typeCondition)
    const condition = named && isCompositeType(named) ? named : type
    if (condition === type || !isAbstractType(type)) collect(context, type, fragment.selectionSet, into, byType)
    else {
      const selected: Selected = byType.get(condition) ?? new Map()
      byType.set(condition, selected)
      collect(context, condition, fragment.selectionSet, selected, byType)
    }
  }
}

function planField(
  context: Context,
  parent: GraphQLCompositeType,
  key: string,
  nodes: readonly FieldNode[],
): CostNode | undefined {
  const [node] = nodes
  const field = node && fieldOf(parent, node.name.value)
  if (!node || !field) return undefined
  const type = getNamedType(field.type)
  if (!isCompositeType(type)) return undefined
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  return { key, node, kind: kindOf(parent, field.name, field.type), ...planSelections(context, type, sets) }
}

function fieldOf(parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  return 'getFields' in parent ? parent.getFields()[name] : undefined
}

function kindOf(parent: GraphQLCompositeType, name: string, type: GraphQLOutputType): CostNode['kind'] {
  if (parent.name.endsWith('Connection')) return name === 'nodes' || name === 'edges' ? name : 'free'
  if (getNamedType(type).name.endsWith('Connection')) return 'connection'
  return isListType(getNullableType(type)) ? 'list' : 'object'
}
