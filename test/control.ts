import type { TestLaku } from './laku.ts'

/**
 * The account over there holds nothing but what was paid, all of it settled: its balance can be held against
 * our book.
 */
export async function withoutFloat(laku: TestLaku): Promise<void> {
  const control = sandboxControl(laku)
  await control('PUT', '/balance', { float_idr: 0 })
  await control('POST', '/settle', {})
}

/** Calls of the sandbox's control API: what a test does to the providers. */
export const sandboxControl =
  (laku: TestLaku) =>
  async <T = unknown>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
    const response = await fetch(`${laku.sandbox.url}/control${path}`, { method, ...sent })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
