import autocannon from 'autocannon'

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
}

/** Sends each request once over so many connections, one at a time a connection, and measures. */
export async function load(
  url: string,
  connections: number,
  requests: readonly Request[],
): Promise<LoadResult> {
  let next = 0
  const startedMs = performance.now()
  const result = await autocannon({
    url,
    connections,
    amount: requests.length,
    timeout: 30,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => {
          const own = requests[next++ % requests.length] as Request
          return { ...request, path: own.path, headers: own.headers, body: own.body }
        },
      },
    ],
  })
  const seconds = (performance.now() - startedMs) / 1000
  return {
    perSecond: requests.length / seconds,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    ok: result['2xx'],
    failed: result.non2xx + result.errors,
  }
}
