import { expect, it } from 'vitest'
import { bankBatchTransitions, payoutTransitions } from '../../src/domain/payout/index.ts'
import { weights } from './acts.ts'
import { runOutside } from './run.ts'

it('200 histories in which the provider contradicts itself, workers sleep, banks answer and backups come back: who has what', async () => {
  const { acts, states } = await runOutside(200)
  // A run from a path is only a part of the histories, so it need not reach every act and state.
  if (process.env.LAKU_PATH !== undefined) return
  const done = new Set([...acts.keys()].flatMap((key) => (key.endsWith(': ok') ? key.slice(0, -4) : [])))
  expect(Object.keys(weights).filter((act) => !done.has(act))).toEqual([])
  const wanted = [
    ...Object.keys(payoutTransitions).map((state) => `payout provider ${state}`),
    ...Object.keys(bankBatchTransitions).map((state) => `batch ${state}`),
    ...['submitted', 'succeeded', 'failed', 'reversed'].map((state) => `payout bank ${state}`),
    'payout set aside',
    ...['offset', 'wallet', 'collected', 'written_off', 'cleared'].map((state) => `suspense ${state}`),
    ...['failed', 'to_wallet', 'succeeded'].map((state) => `refund ${state}`),
  ]
  expect(wanted.filter((state) => !states.has(state))).toEqual([])
}, 3_600_000)
