import { fields, list, text } from '../../provider/fields.ts'

/** A refusal, as the connection throws it and `failure` reads it. */
export class PayPalRefusal extends Error {
  override readonly name = 'PayPalRefusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** PayPal's name of the error: `RESULTSET_TOO_LARGE`; that of OAuth: `invalid_client`. Empty if there is none. */
  readonly code: string
  override readonly message: string
  /** What PayPal says about single parameters. */
  readonly issues: readonly string[]

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer) {
    super('refused')
    const { name, error, message, error_description: description, details } = parsed(body)
    const issues = (list(details) ?? []).map(fields)
    this.status = status
    this.headers = headers
    this.code = text(name) ?? text(error) ?? ''
    this.message = text(message) ?? text(description) ?? ''
    this.issues = issues.flatMap((issue) => text(issue.description) ?? text(issue.issue) ?? [])
  }
}

function parsed(body: Buffer) {
  try {
    return fields(JSON.parse(body.toString('utf8')))
  } catch {
    return {}
  }
}
