import type { TestLaku } from './laku.ts'

/**
 * Sets the company's own money at the provider to 0 and settles all payments there. The provider's balance
 * can then be compared with laku's ledger.
 */
export async function withoutFloat(laku: TestLaku): Promise<void> {
  const control = sandboxControl(laku)
  await control('PUT', '/balance', { float_idr: 0 })
  await control('POST', '/settle', {})
}

/**
 * The sandbox refused a control call, because the state of the payout or refund does not allow the change.
 */
export class ControlRefusal extends Error {}

/** Calls the sandbox's control API, by which a test changes what the providers do. */
export const sandboxControl =
  (laku: TestLaku) =>
  async <T = unknown>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
    const response = await fetch(`${laku.sandbox.url}/control${path}`, { method, ...sent })
    if (!response.ok) throw new ControlRefusal(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
