import type { IncomingHttpHeaders } from 'node:http'

const KEPT = ['content-type', 'user-agent', 'webhook-id'] as const

/** Returns the headers of a webhook delivery that are stored. The header with the secret is never stored. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of KEPT) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}
