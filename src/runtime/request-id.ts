import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<string | undefined>()

/**
 * Runs `use` for one request, command or batch of jobs: every line logged meanwhile carries the request's id.
 */
export function withRequestId<T>(requestId: string, use: () => T): T {
  return requests.run(requestId, use)
}

/**
 * Runs work that serves many requests or none. The work may begin during a request, but it does not belong to
 * that request. So its log lines carry no request id.
 */
export function outsideRequests<T>(use: () => T): T {
  return requests.run(undefined, use)
}

/** Returns the id of the current request, command or batch of jobs. */
export function currentRequestId(): string | undefined {
  return requests.getStore()
}
