/** An answer before it is sent. An empty header removes a header that every answer has. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** Answers of a proxy, or of nothing at all, in place of the API's. */
export type ProxyFailure =
  /** What a load balancer says: 502 and a page of HTML. */
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'empty-body'; readonly status?: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }

export function proxyAnswer(failure: ProxyFailure): HttpAnswer {
  switch (failure.kind) {
    case 'html':
      return {
        status: failure.status ?? 502,
        headers: { 'Content-Type': 'text/html', 'Request-Id': '' },
        body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
      }
    case 'empty-body':
      return { status: failure.status ?? 200, headers: json, body: '' }
    case 'redirect':
      return { status: failure.status ?? 302, headers: { Location: failure.to }, body: '' }
  }
}

export const json = { 'Content-Type': 'application/json' }
