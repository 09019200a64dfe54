interface Statement {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource: unknown
}

export interface Role {
  readonly ManagedPolicyArns: readonly string[]
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[]
}

/** Every statement in a part of a template. */
export function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return []
  if ('Effect' in value) return [value as Statement]
  return Object.values(value).flatMap(statementsIn)
}

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
