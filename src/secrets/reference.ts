import { SyncError } from '../errors.ts'

/** The place of a secret: AWS Secrets Manager, or the Parameter Store of Systems Manager. */
export interface Reference {
  readonly store: 'secretsmanager' | 'ssm'
  /** An ARN, or the name of a parameter. */
  readonly id: string
  /** The name of the secret without a leading slash, to compare with the prefix. */
  readonly name: string
  /** The region in the ARN. Undefined for the region of the worker. */
  readonly region: string | undefined
  /** The field to take if the secret is a JSON object. */
  readonly key: string | undefined
}

/** Whether a text begins like a reference. */
export const isReference = (text: string) => /^(?:arn:|ssm:)/i.test(text)

const longest = 2_048
/** Partition, store, region, account, the kind of the store, name, field. */
const arn =
  /^(arn:aws[a-z-]{0,20}:(secretsmanager|ssm):([a-z]{2}(?:-[a-z]{1,20}){1,3}-\d{1,2}):\d{12}:(secret:|parameter\/)([\w/+=.@!-]+))(?:#([\w.-]+))?$/
const parameter = /^ssm:(\/([\w/.-]+))(?:#([\w.-]+))?$/
const kinds = { secretsmanager: 'secret:', ssm: 'parameter/' } as const

/** Whether a text is a reference from its first character to its last. */
export const isWholeReference = (text: string) => text.length <= longest && (arn.test(text) || parameter.test(text))

/**
 * `arn:aws:secretsmanager:…:secret:NAME`, `ssm:/NAME` or `arn:aws:ssm:…:parameter/NAME`, each with `#FIELD` if the
 * secret is a JSON object. Undefined for any other token.
 * @throws SyncError with verdict `reject` if the token only begins like a reference. The error does not repeat it: it may be a secret
 */
export function readReference(token: string, name = 'the access token'): Reference | undefined {
  if (!isReference(token)) return undefined
  if (token.length <= longest) {
    const [, id, service, region, kind, path, key] = arn.exec(token) ?? []
    const store = service === 'ssm' ? 'ssm' : 'secretsmanager'
    if (id && path && kind === kinds[store]) return { store, id, name: path.replace(/^\/+/, ''), region, key }
    const [, parameterId, plain, field] = parameter.exec(token) ?? []
    if (parameterId && plain)
      return { store: 'ssm', id: parameterId, name: plain.replace(/^\/+/, ''), region: undefined, key: field }
  }
  throw new SyncError(
    'reject',
    'bad_secret_reference',
    `secret: ${name} begins like a reference but is not a valid one. Use arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME, ssm:/NAME or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME, each with #FIELD if the secret is a JSON object.`,
  )
}
