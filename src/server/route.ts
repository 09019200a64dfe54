/** What the server of a container answers at one path. `GET` and `HEAD` only, without a token: it holds no secret. */
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
