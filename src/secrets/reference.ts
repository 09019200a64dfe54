import { SyncError } from '../errors.ts'

/** Where a secret is kept: AWS Secrets Manager, or the Parameter Store of Systems Manager. */
export interface Reference {
  readonly store: 'secretsmanager' | 'ssm'
  /** What the store is asked for: an ARN, or a parameter's name. */
  readonly id: string
  /** The secret's name without a leading slash, as prefixes are compared with. */
  readonly name: string
  /** Of the ARN; absent: the worker's own. */
  readonly region: string | undefined
  /** The field to take where the secret is a JSON object. */
  readonly key: string | undefined
}

const longest = 2_048
/** Partition, store, region, account; the store's own part of the name; the field. */
const arn =
  /^(arn:aws[a-z-]{0,20}:(secretsmanager|ssm):([a-z]{2}(?:-[a-z]{1,20}){1,3}-\d{1,2}):\d{12}:(secret:|parameter\/)([\w/+=.@!-]+))(?:#([\w.-]+))?$/
const parameter = /^ssm:(\/([\w/.-]+))(?:#([\w.-]+))?$/
const kinds = { secretsmanager: 'secret:', ssm: 'parameter/' } as const

/**
 * `arn:aws:secretsmanager:…:secret:NAME`, `ssm:/NAME` or `arn:aws:ssm:…:parameter/NAME`, each with `#FIELD` where the
 * secret is a JSON object. Undefined for a token that is none of them.
 * @throws SyncError with verdict `reject` for what begins like one; the text is not repeated, it may be anything
 */
export function readReference(token: string): Reference | undefined {
  if (!/^(?:arn:|ssm:)/i.test(token)) return undefined
  if (token.length <= longest) {
    const [, id, service, region, kind, name, key] = arn.exec(token) ?? []
    const store = service === 'ssm' ? 'ssm' : 'secretsmanager'
    if (id && name && kind === kinds[store]) return { store, id, name: name.replace(/^\/+/, ''), region, key }
    const [, path, plain, field] = parameter.exec(token) ?? []
    if (path && plain) return { store: 'ssm', id: path, name: plain.replace(/^\/+/, ''), region: undefined, key: field }
  }
  throw new SyncError(
    'reject',
    'bad_secret_reference',
    'secret: the access token begins like a reference but is none; expected arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME, ssm:/NAME or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME, each with #FIELD where the secret is a JSON object',
  )
}
