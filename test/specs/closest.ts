import type { Ajv, ErrorObject, FuncKeywordDefinition } from 'ajv'

type Validate = ReturnType<NonNullable<FuncKeywordDefinition['compile']>>

/**
 * `closest: [schemas]` is `anyOf` with errors that a person can read: those of the schema that comes closest to the
 * value, not those of all. An object of another `object`, or a value of another type, is not close.
 */
export function addClosest(ajv: Ajv): void {
  const keyword: FuncKeywordDefinition = {
    keyword: 'closest',
    errors: 'full',
    compile(schemas: readonly object[]) {
      // Compiled when a value is checked, because schemas refer to each other in circles.
      const checks = schemas.map((schema) => ({ schema, check: undefined as ReturnType<Ajv['compile']> | undefined }))
      const validate: Validate = (data: unknown, context) => {
        let closest: readonly ErrorObject[] | undefined
        for (const entry of checks) {
          entry.check ??= ajv.compile(entry.schema)
          if (entry.check(data)) return true
          const errors = entry.check.errors ?? []
          if (!closest || distance(errors) < distance(closest)) closest = errors
        }
        const prefix = context?.instancePath ?? ''
        validate.errors = closest?.map((error) => ({ ...error, instancePath: prefix + error.instancePath })) ?? []
        return false
      }
      return validate
    },
  }
  ajv.addKeyword(keyword)
}

function distance(errors: readonly ErrorObject[]): number {
  const isOtherType = errors.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === '')
  const isOtherObject = errors.some(({ keyword, instancePath }) => keyword === 'enum' && instancePath === '/object')
  return errors.length + (isOtherType ? 10_000 : 0) + (isOtherObject ? 1_000 : 0)
}
