import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<string | undefined>()

/** Does something for one request, command or batch of jobs: every line logged meanwhile carries its id. */
export function withRequestId<T>(requestId: string, use: () => T): T {
  return requests.run(requestId, use)
}

/** Does something for many requests, or for none: the request that happened to begin it does not count. */
export function outsideRequests<T>(use: () => T): T {
  return requests.run(undefined, use)
}

/** Returns the id of the current request, command or batch of jobs. */
export function currentRequestId(): string | undefined {
  return requests.getStore()
}
