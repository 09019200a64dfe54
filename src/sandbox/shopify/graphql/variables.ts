import { type GraphQLError, type OperationDefinitionNode, print } from 'graphql'

/** Variables that do not have the types that a query declares, as graphql-ruby words it. */
export function invalidVariables(
  errors: readonly GraphQLError[] | undefined,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  return (errors ?? []).map((error) => {
    const name = /^Variable "\$(.+?)"/.exec(error.message)?.[1] ?? ''
    const definition = variableDefinitions.find(({ variable }) => variable.name.value === name)
    return {
      message: `Variable $${name} of type ${definition ? print(definition.type) : '?'} was provided invalid value`,
      locations: error.locations,
      extensions: {
        code: 'INVALID_VARIABLE',
        value: given[name] ?? null,
        problems: [{ path: [], explanation: error.message }],
      },
    }
  })
}
