import { isInBody } from './body.ts'
import { type Path, type Problem, problem } from './problem.ts'
import type { ListPart, Manifest, ResourcePart } from './schema.ts'

/** A parameter that is a place in a body needs one. */
export function bodyProblems({ defaults, resources }: Manifest): readonly Problem[] {
  return resources.flatMap((resource, at) => {
    const path = ['resources', at]
    return [
      ...listProblems({ ...defaults, ...resource }, namesOf(resource), path),
      ...(resource.nested ?? []).flatMap((nested, inner) =>
        listProblems({ ...defaults, ...nested }, [], [...path, 'nested', inner]),
      ),
    ]
  })
}

function listProblems(list: ListPart, more: readonly string[], path: Path): readonly Problem[] {
  if (list.body) return []
  const { paging, pageSize, parameters } = list
  const names = [
    ...Object.keys(parameters ?? {}),
    ...(paging && 'parameter' in paging ? [paging.parameter] : []),
    ...(pageSize ? [pageSize.parameter] : []),
    ...more,
  ]
  return names
    .filter(isInBody)
    .map((name) =>
      problem(path, `puts "${name.slice(0, 60)}" into the body of a request, and has no body. Add "body": {}`),
    )
}

/** The names of the parameters of windows and parts. */
const namesOf = ({ created, updated, parts, partition }: ResourcePart): readonly string[] => [
  ...[created, updated].flatMap((filter) => Object.keys({ ...filter?.parameters, ...filter?.parametersWithoutEnd })),
  ...Object.values(parts ?? {}).flatMap((parameters) => Object.keys(parameters)),
  ...(partition ? [partition.parameter] : []),
]
