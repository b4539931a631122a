/**
 * The error for an answer with a status of failure; its message gives the request, the status and the body.
 */
class HttpAnswerError extends Error {
  readonly status: number
  readonly body: unknown

  constructor(method: string, url: string, status: number, body: unknown) {
    super(`${method} ${url} answered ${status}: ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
  }
}

export interface Answer<T> {
  status: number
  body: T
}

/** A plain HTTP client, like any other client of the API; it sends a token once it has one. */
export class HttpClient {
  readonly base: string
  token: string | undefined

  constructor(base: string, token?: string) {
    this.base = base
    this.token = token
  }

  /** Sends a request and returns its answer, whatever the status. */
  async send<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const url = path.startsWith('http') ? path : this.base + path
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    // The caller names the type `T` of the body, which the API documents.
    return {
      status: response.status,
      body: (isJson ? JSON.parse(text) : response.headers.get('location')) as T,
    }
  }

  /**
   * Sends a request and returns the body of the answer. Throws HttpAnswerError if the status is a failure.
   */
  async ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const answer = await this.send<T>(method, path, body, headers)
    if (answer.status >= 400) throw new HttpAnswerError(method, path, answer.status, answer.body)
    return answer.body
  }
}
