import { createHistogram } from 'node:perf_hooks'
import { Pool } from 'undici'

export interface Request {
  path: string
  headers: Record<string, string>
  body: string
}

export interface LoadResult {
  perSecond: number
  p50Ms: number
  p99Ms: number
  ok: number
  failed: number
  /** The answer to the first failed request, if there was one. */
  firstFailure?: string
}

/**
 * Sends each request once and measures the time of each answer. Each connection has one request under way at
 * a time.
 */
export async function load(
  url: string,
  connections: number,
  requests: readonly Request[],
): Promise<LoadResult> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const latency = createHistogram()
  let next = 0
  let ok = 0
  let firstFailure: string | undefined
  const sendOnAndOn = async () => {
    for (let own = requests[next++]; own; own = requests[next++]) {
      const startedNs = process.hrtime.bigint()
      const { statusCode, body } = await pool.request({ ...own, method: 'POST' })
      const text = await body.text()
      latency.record(process.hrtime.bigint() - startedNs)
      if (statusCode >= 200 && statusCode < 300) ok++
      else firstFailure ??= `${statusCode} ${text}`
    }
  }
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: connections }, sendOnAndOn))
  const seconds = (performance.now() - startedMs) / 1000
  await pool.close()
  const ms = (percent: number) => Math.round(latency.percentile(percent) / 1e5) / 10
  return {
    perSecond: requests.length / seconds,
    p50Ms: ms(50),
    p99Ms: ms(99),
    ok,
    failed: requests.length - ok,
    ...(firstFailure === undefined ? {} : { firstFailure }),
  }
}
