import { describe, expect, it } from 'vitest'
import { ProviderFailure, type ProviderOutcome } from '../provider-failure.ts'
import { leaseUntil, type ProviderAsk, type ProviderProof, proofOf } from './provider-proof.ts'

const failure = (outcome: ProviderOutcome, code: string) =>
  new ProviderFailure({ provider: 'xendit', operation: 'create', outcome, code })

describe('what an answer proves where money leaves', () => {
  it.each<[ProviderAsk, ProviderOutcome, string, ProviderProof]>([
    ['first', 'refused', 'API_VALIDATION_ERROR', 'not_made'],
    ['first', 'refused', 'INSUFFICIENT_BALANCE', 'not_made'],
    ['first', 'refused', 'DUPLICATE_ERROR', 'open'],
    ['first', 'refused', 'DUPLICATE_TRANSACTION_ERROR', 'open'],
    ['first', 'refused', 'IDEMPOTENCY_ERROR', 'open'],
    ['first', 'refused', 'DUPLICATE_REFERENCE', 'open'],
    ['first', 'refused', 'http_404', 'open'],
    ['first', 'limited', 'RATE_LIMIT_EXCEEDED', 'not_sent'],
    ['first', 'unreachable', 'econnrefused', 'not_sent'],
    ['first', 'unknown', 'timeout', 'open'],
  ])('%s call, %s %s: %s', (ask, outcome, code, proof) => {
    expect(proofOf(ask, failure(outcome, code))).toBe(proof)
  })

  it('a conflict is one with something that is there, by whatever name', () => {
    const facts = {
      provider: 'xendit',
      operation: 'create',
      outcome: 'refused',
      code: 'NEVER_HEARD_OF',
    } as const
    expect(proofOf('first', new ProviderFailure({ ...facts, httpStatus: 409 }))).toBe('open')
    expect(proofOf('first', new ProviderFailure({ ...facts, httpStatus: 400 }))).toBe('not_made')
  })

  it.each(['repeat', 'look_up'] as const)('no failure of a %s proves anything', (ask) => {
    for (const outcome of ['refused', 'limited', 'unreachable', 'unknown'] as const)
      for (const code of ['INSUFFICIENT_BALANCE', 'REFUND_AMOUNT_EXCEEDED', 'DATA_NOT_FOUND', 'x'])
        expect(proofOf(ask, failure(outcome, code))).toBe('open')
  })

  it('a list that does not show it proves nothing, and one that does all', () => {
    expect(proofOf('look_up', 'absent')).toBe('open')
    expect(proofOf('look_up', 'found')).toBe('made')
    expect(proofOf('repeat', 'found')).toBe('made')
  })
})

it('the time that the question took is taken off the lease', async () => {
  const before = performance.now()
  const until = await leaseUntil(async () => {
    await new Promise((done) => setTimeout(done, 30))
    return 20
  })
  expect(until).toBeLessThan(performance.now())
  expect(until).toBeGreaterThanOrEqual(before + 20)
  expect(await leaseUntil(async () => undefined)).toBeUndefined()
})
