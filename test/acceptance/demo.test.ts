import { describe, expect, it } from 'vitest'
import { runLaku } from './laku-process.ts'

interface Demo {
  ok: boolean
  flows: { name: string; ok: boolean; ms: number; steps: { name: string; ms: number }[] }[]
  ledger: { ok: boolean; transactions: number; entries: number }
  book: { gateway_idr: number; provider_idr: number; agrees: boolean }
}

// The environment of a shell that belongs to another shop. The demo must not use it and must not reach that
// shop.
const another = {
  DATABASE_URL: 'postgres://laku_app:secret@127.0.0.1:9/production',
  LAKU_ENCRYPTION_KEY: 'the key of another shop, which is long enough',
  XENDIT_API_URL: 'https://127.0.0.1:9',
}

describe('laku demo', () => {
  it('acts the flows out for real, verifies the book, and ends 0', async () => {
    // The demo's duration is measured on a quiet machine (docs/reliability.md); here other tests run beside
    // it. The timeout is long, because a loaded machine once needed more than 60 s.
    const { exitCode, stdout, stderr } = await runLaku(['demo', '--json'], another, { timeout: 400_000 })
    const demo = JSON.parse(stdout) as Demo
    expect(demo.flows.map(({ name, ok }) => ({ name, ok }))).toEqual([
      { name: 'regular-order', ok: true },
      { name: 'group-success', ok: true },
      { name: 'group-success-no-stock', ok: true },
      { name: 'group-failed', ok: true },
      { name: 'shipment-tracking', ok: true },
      { name: 'settlement', ok: true },
    ])
    expect(demo).toMatchObject({ ok: true, ledger: { ok: true }, book: { agrees: true } })
    expect(demo.book.gateway_idr).toBe(demo.book.provider_idr)
    expect(demo.flows.every(({ steps }) => steps.length > 5)).toBe(true)
    expect(stderr).toMatch(/regular-order\n.*settlement\n/s)
    expect(demo.ledger.transactions).toBeGreaterThan(10)
    expect(exitCode).toBe(0)
  }, 420_000)
})
