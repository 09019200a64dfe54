import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import { fieldError } from './field-error.ts'

/** What an app must have been granted for a type or a field, in Shopify's own file beside the schema. */
export interface ScopeItem {
  readonly type: string
  readonly typeName: string
  readonly fieldName?: string
  readonly requiredAccess: string
}

interface Requirement {
  /** As the file says it: "`read_orders` access scope." */
  readonly text: string
  /** One scope of each group is needed. */
  readonly groups: readonly (readonly string[])[]
}

/** Throws ACCESS_DENIED for a field that the scopes of the app do not allow. */
export type CheckAccess = (info: GraphQLResolveInfo, scopes: readonly string[]) => void

export function createCheckAccess(items: readonly ScopeItem[]): CheckAccess {
  const byType = new Map<string, Requirement>(assumed)
  const byField = new Map<string, Requirement>()
  for (const { type, typeName, fieldName = '', requiredAccess } of items) {
    const requirement = requirementOf(requiredAccess)
    if (!requirement) continue
    if (type === 'type') byType.set(typeName, requirement)
    else byField.set(`${typeName}.${fieldName}`, requirement)
  }
  const requirements = new Map<GraphQLObjectType, Map<string, Requirement | null>>()
  const find = ({ parentType, fieldName, returnType }: GraphQLResolveInfo): Requirement | null => {
    const type = getNamedType(returnType).name.replace(/Connection$/, '')
    return (
      byField.get(`${parentType.name}.${fieldName}`) ?? (type === parentType.name ? null : (byType.get(type) ?? null))
    )
  }
  return (info, scopes) => {
    const known = requirements.get(info.parentType) ?? new Map<string, Requirement | null>()
    requirements.set(info.parentType, known)
    const cached = known.get(info.fieldName)
    const requirement = cached === undefined ? find(info) : cached
    if (cached === undefined) known.set(info.fieldName, requirement)
    if (requirement === null) return
    const isGranted = requirement.groups.every((group) => group.some((scope) => isAmong(scope, scopes)))
    if (!isGranted) throw accessDenied(info.fieldName, requirement.text)
  }
}

export const accessDenied = (field: string, requiredAccess: string) =>
  fieldError(`Access denied for ${field} field. Required access: ${requiredAccess}`, 'ACCESS_DENIED', {
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    requiredAccess,
  })

/** The scope to write holds the one to read. */
const isAmong = (scope: string, scopes: readonly string[]) =>
  scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, 'write_'))

function requirementOf(text: string): Requirement | undefined {
  const groups = text
    .split('Also:')
    .map((part) => [...part.matchAll(/`([a-z_]+)`/g)].flatMap(([, scope]) => scope ?? []))
  const named = groups.filter((group) => group.length > 0)
  return named.length > 0 ? { text, groups: named } : undefined
}

/**
 * The file names no scope for these two; their pages say that a user must have access to payouts. That it is the scope of
 * that name is an assumption, which connectors share.
 */
const assumed: readonly (readonly [string, Requirement])[] = [
  'ShopifyPaymentsPayout',
  'ShopifyPaymentsBalanceTransaction',
].map((type) => [
  type,
  { text: '`read_shopify_payments_payouts` access scope.', groups: [['read_shopify_payments_payouts']] },
])
