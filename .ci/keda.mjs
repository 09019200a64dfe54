// Holds the objects of KEDA to the schema of its custom resources, which @kubernetes-models/keda brings:
//   node .ci/keda.mjs FOLDER_WITH_NODE_MODULES FILE…
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseAllDocuments } from 'yaml'

const [folder, ...files] = process.argv.slice(2)
const validatorOf = (kind) =>
  createRequire(`${folder}/`)(`${folder}/node_modules/@kubernetes-models/keda/_schemas/KedaShV1alpha1${kind}.js`).validate

/** The schema lets any field pass. So each field must be one that the validation looks at. */
function watched(value, path, unseen) {
  if (typeof value !== 'object' || value === null) return value
  const inner = Array.isArray(value) ? [] : {}
  for (const [key, field] of Object.entries(value)) inner[key] = watched(field, `${path}.${key}`, unseen)
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unseen.add(`${path}.${key}`)
  return new Proxy(inner, {
    get(target, key) {
      unseen.delete(`${path}.${String(key)}`)
      return target[key]
    },
  })
}

let objects = 0
for (const file of files)
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const object = document.toJS()
    const { kind } = object
    const validate = validatorOf(kind)
    const unseen = new Set()
    if (!validate(watched(object, kind, unseen)))
      throw new Error(`${file}: ${validate.errors.map(({ instancePath, message, keyword }) => `${instancePath} ${message ?? keyword}`).join(', ')}`)
    if (unseen.size > 0) throw new Error(`${file}: there is no field ${[...unseen].join(', ')}`)
    objects++
  }
if (objects < 10) throw new Error(`only ${objects} objects were checked`)
console.log(`${objects} objects of KEDA fit its schema`)
