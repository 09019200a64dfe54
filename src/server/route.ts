/** A path that the server of a container answers. It takes `GET` and `HEAD` only, without a token, because no answer holds a secret. */
export interface Route {
  readonly path: `/${string}`
  /** Called for each request. If it rejects, the answer is 503 and says nothing of the reason. */
  answer(): Answer | Promise<Answer>
}

export interface Answer {
  readonly status: 200 | 503
  /** Default: plain text. */
  readonly type?: string
  readonly body: string
}

/** What the server takes by `POST` below a path, such as `/events/`. It knows its callers by their signatures. */
export interface PostRoute {
  readonly prefix: `/${string}/`
  /** The most bytes of a body. A larger one is answered with 413. */
  readonly mostBytes: number
  receive(request: PostRequest): Promise<{ readonly status: number; readonly body: string }>
}

export interface PostRequest {
  readonly path: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As it was sent. */
  readonly body: Buffer
}
