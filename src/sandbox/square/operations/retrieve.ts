import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import type { Collection } from '../collection.ts'
import { notFound } from '../refusal.ts'
import { queryShape } from '../request-shape.ts'
import type { Scope } from '../scopes.ts'

interface Retrieval {
  readonly path: string
  readonly scope: Scope
  /** The field of the answer that holds the object. */
  readonly field: string
  /** What the object is called in an error. */
  readonly called: string
}

/** GET of one object by its id, without parameters. */
export function retrieveOperation(collection: Collection, { path, scope, field, called }: Retrieval): Operation {
  const parse = queryShape({})
  return {
    method: 'GET',
    path,
    scope,
    isList: false,
    answer({ query }, id) {
      parse(query)
      const object = collection.retrieve(id)
      if (!object) throw notFound(called, id)
      return objectAnswer({ [field]: object })
    },
  }
}
