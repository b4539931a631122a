import type { ZodType } from 'zod'
import { type CallLease, leaseLost } from '../domain/kernel/proofs/provider-proof.ts'
import { ProviderFailure, type ProviderOutcome } from '../domain/kernel/provider-failure.ts'
import { parseJson } from '../domain/kernel/wire.ts'
import { type BreakerOptions, createGuard } from './circuit-breaker.ts'
import { networkFailure } from './network-failure.ts'

/**
 * The error that a provider's body reports. `outcome` is set only if it differs from the outcome that the
 * HTTP status implies.
 */
export interface ProviderVerdict {
  code: string
  outcome?: ProviderOutcome
  retryAfterS?: number
  details?: Record<string, unknown>
}

/**
 * The limiter that keeps calls within a provider's rate limit, which all processes share. This file has only
 * the interface; the code that starts laku makes the limiter.
 */
export interface CallLimiter {
  /**
   * Resolves as soon as the endpoint's rate limit allows one more call.
   * @throws ProviderFailure limited, where that is too far off
   */
  take(endpoint: string): Promise<void>
  /** Stops all calls to an endpoint for `forS` seconds, because the provider demanded the pause. */
  hold(endpoint: string, forS: number): Promise<void>
}

/** The answer of a provider, unchanged, before a provider client reads it. */
export interface HeardAnswer {
  provider: string
  operation: string
  method: string
  /** The path below the provider's host, with its query. */
  path: string
  status: number
  /** The answer's body: parsed if it is JSON, else the text. */
  body: unknown
}

export interface ProviderHttpOptions {
  provider: string
  /** The provider's base address, without a trailing slash. */
  url: string
  /** The headers that are sent with every call, like authorization. */
  headers?: Record<string, string>
  /** The timeout of the whole call, its body included (ms). Default 10 s. */
  timeoutMs?: number
  /** Reads the provider's error from a body; undefined if the body holds none. */
  errorIn: (body: unknown) => ProviderVerdict | undefined
  breaker?: BreakerOptions
  limiter?: CallLimiter
  /**
   * Returns the endpoint whose rate limit an operation counts against. Returns undefined if this client must
   * not wait for a rate limit, because the caller has already waited. Default: the operation's name.
   */
  endpointOf?: (operation: string) => string | undefined
  /**
   * Receives each answer of the provider. Only `laku providers check` sets it, to see fields that the
   * clients drop.
   */
  heard?: ((answer: HeardAnswer) => void) | undefined
}

export interface ProviderCall {
  operation: string
  method: 'GET' | 'POST'
  path: string
  query?: Record<string, string | readonly string[] | undefined>
  headers?: Record<string, string>
  json?: unknown
  form?: Record<string, string>
}

export interface ProviderHttp {
  /** Makes one call and reads its answer by `schema`. A GET is tried twice, every other call once. */
  call<T>(call: ProviderCall, schema: ZodType<T>): Promise<T>
  /**
   * Sends a request that an SDK built, and returns the answer's JSON. The request is sent only once. If the
   * caller passes the function `lease`, this function is called after the wait for the rate limit, and
   * returns the time until which the request may be sent. After that time the request is not sent.
   */
  send(operation: string, url: string, init: RequestInit, lease?: CallLease): Promise<unknown>
  /**
   * Checks an answer against `schema` and returns it. If the answer does not fit, the failure is `unknown`:
   * the provider may well have done the work.
   */
  read<T>(operation: string, body: unknown, schema: ZodType<T>): T
}

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Creates the HTTP client for one provider; laku calls the provider in no other way. It has a timeout, and
 * turns every error into a `ProviderFailure` with an outcome. It logs nothing, and puts no secret into a
 * message.
 */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { provider, timeoutMs = DEFAULT_TIMEOUT_MS, endpointOf = (operation) => operation } = options
  const guard = createGuard(provider, options.breaker)

  async function exchange(
    operation: string,
    url: string,
    init: RequestInit,
    lease?: CallLease,
  ): Promise<unknown> {
    try {
      const endpoint = endpointOf(operation)
      if (endpoint !== undefined) await options.limiter?.take(endpoint)
      const until = lease ? await lease() : Number.POSITIVE_INFINITY
      if (until === undefined || performance.now() >= until) throw leaseLost(provider, operation)
      // A redirect is never followed: no provider here uses one, and following it would send the key
      // elsewhere.
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(url, { ...init, redirect: 'manual', signal })
      const text = await response.text()
      options.heard?.(heardAnswer(provider, operation, url, init, response.status, text))
      return judge(options, operation, response, text)
    } catch (error) {
      if (error instanceof ProviderFailure) {
        if (error.httpStatus === 429)
          await options.limiter?.hold(endpointOf(operation) ?? operation, error.retryAfterS ?? 1)
        throw error
      }
      throw new ProviderFailure({ provider, operation, ...networkFailure(error) })
    }
  }

  function read<T>(operation: string, body: unknown, schema: ZodType<T>): T {
    const parsed = schema.safeParse(body)
    if (parsed.success) return parsed.data
    const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))]
    throw new ProviderFailure({
      provider,
      operation,
      outcome: 'unknown',
      code: 'unreadable_answer',
      details: { fields },
    })
  }

  return {
    read,
    send: (operation, url, init, lease) => guard.once(operation, () => exchange(operation, url, init, lease)),
    async call(call, schema) {
      const attempt = () => exchange(call.operation, addressOf(options.url, call), initOf(options, call))
      const body = await (call.method === 'GET' ? guard.twice : guard.once)(call.operation, attempt)
      return read(call.operation, body, schema)
    },
  }
}

function heardAnswer(
  provider: string,
  operation: string,
  url: string,
  init: RequestInit,
  status: number,
  text: string,
): HeardAnswer {
  const { pathname, search } = new URL(url)
  const path = `${pathname}${search}`
  return { provider, operation, method: init.method ?? 'GET', path, status, body: parseJson(text) ?? text }
}

/** Returns the answer's JSON, or throws the failure that the answer means. */
function judge(options: ProviderHttpOptions, operation: string, response: Response, text: string): unknown {
  const body = parseJson(text)
  const verdict = body === undefined ? undefined : options.errorIn(body)
  const { status } = response
  if (response.ok && body !== undefined && verdict === undefined) return body
  const outcome = outcomeOf(status, verdict)
  const retryAfterS = outcome === 'limited' ? (waitOf(response.headers) ?? verdict?.retryAfterS) : undefined
  throw new ProviderFailure({
    provider: options.provider,
    operation,
    outcome,
    code: verdict?.code ?? (response.ok ? 'not_json' : `http_${status}`),
    httpStatus: status,
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(verdict?.details && { details: verdict.details }),
  })
}

/**
 * Returns the outcome of a failed call. A 5xx counts as unknown, because the provider may have done the work
 * before the error.
 */
function outcomeOf(status: number, verdict: ProviderVerdict | undefined): ProviderOutcome {
  if (status >= 500) return 'unknown'
  if (status === 429) return 'limited'
  if (verdict !== undefined) return verdict.outcome ?? 'refused'
  return status >= 400 && status !== 408 ? 'refused' : 'unknown'
}

/**
 * Returns the seconds to wait before the next call: `Retry-After` (seconds or a date), else Xendit's
 * `Rate-Limit-Reset` (seconds).
 */
function waitOf(headers: Headers): number | undefined {
  const given = headers.get('retry-after') ?? headers.get('rate-limit-reset')
  if (given === null) return undefined
  const seconds = Number(given)
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds))
  const at = Date.parse(given)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

function addressOf(base: string, call: ProviderCall): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined) continue
    for (const text of typeof value === 'string' ? [value] : value) query.append(name, text)
  }
  const search = query.size > 0 ? `?${query}` : ''
  return `${base.replace(/\/+$/, '')}${call.path}${search}`
}

function initOf(options: ProviderHttpOptions, call: ProviderCall): RequestInit {
  const headers = { accept: 'application/json', ...options.headers, ...call.headers }
  if (call.form) return { method: call.method, headers, body: new URLSearchParams(call.form) }
  if (call.json === undefined) return { method: call.method, headers }
  return {
    method: call.method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(call.json),
  }
}
