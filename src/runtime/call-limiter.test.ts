import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { SharedCallLimiter } from './call-limiter.ts'

describe('the limit of calls that all processes share', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku()
  })
  afterAll(() => laku.close())

  /** Returns the times at which these calls were let through, in ms from now. */
  async function taken(limiters: SharedCallLimiter[], calls: number, endpoint: string): Promise<number[]> {
    const began = performance.now()
    const all = Array.from({ length: calls }, async (_, i) => {
      await limiters[i % limiters.length]?.take(endpoint)
      return performance.now() - began
    })
    return (await Promise.all(all)).sort((a, b) => a - b)
  }

  it('lets a tenth of a minute through at once and spreads the rest, over two processes', async () => {
    const processes = [1, 2].map(() => new SharedCallLimiter(laku.db, 'xendit', 1_200))
    const at = await taken(processes, 150, 'spread')
    const stepMs = 60_000 / (1_200 * 0.9)
    expect(at[0]).toBeLessThan(1_000)
    // The burst allows 120 calls, so the 121st is the first that must wait.
    for (const [i, ms] of at.entries()) if (i >= 120) expect(ms).toBeGreaterThan((i - 119) * stepMs * 0.9 - 5)
    expect(at.at(-1)).toBeLessThan(30 * stepMs + 1_500)
  })

  it('refuses what would wait too long, as limited, and keeps another endpoint free', async () => {
    const limiter = new SharedCallLimiter(laku.db, 'xendit', 60)
    const calls = Array.from({ length: 40 }, () =>
      limiter.take('narrow').then(
        () => 'through',
        (error) => error,
      ),
    )
    const refused = await Promise.race(
      calls.map((call) => call.then((item) => (item === 'through' ? new Promise(() => {}) : item))),
    )
    expect(refused).toMatchObject({ outcome: 'limited', code: 'no_room', retryAfterS: 10 })
    expect((await taken([limiter], 1, 'other'))[0]).toBeLessThan(1_000)
  })

  it('calls nothing for as long as the provider asked', async () => {
    const limiter = new SharedCallLimiter(laku.db, 'xendit', 600)
    await limiter.hold('held', 1)
    expect((await taken([new SharedCallLimiter(laku.db, 'xendit', 600)], 1, 'held'))[0]).toBeGreaterThan(900)
  })
})
