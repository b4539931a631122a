import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { kernelErrors } from '../domain/kernel/index.ts'
import { Gatherer } from './batcher.ts'

function watched(
  options: { maxBatch?: number; takesMs?: number; fail?: (batch: number[]) => Error | undefined } = {},
) {
  const batches: number[][] = []
  let running = 0
  const seen = { most: 0 }
  const gatherer = new Gatherer<number, string>({
    maxBatch: options.maxBatch ?? 4,
    waitMs: 5,
    run: async (batch) => {
      batches.push(batch)
      seen.most = Math.max(seen.most, ++running)
      await delay(options.takesMs ?? 1)
      running--
      const error = options.fail?.(batch)
      if (error) throw error
      return batch.map((n) => `answer ${n}`)
    },
  })
  return { gatherer, batches, seen }
}

describe('Gatherer', () => {
  it('runs what comes together as one batch and gives each its own answer', async () => {
    const { gatherer, batches } = watched()
    expect(await Promise.all([gatherer.add(1), gatherer.add(2), gatherer.add(3)])).toEqual([
      'answer 1',
      'answer 2',
      'answer 3',
    ])
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('starts at once when a batch is full, at most two at a time, and fills the next meanwhile', async () => {
    const { gatherer, batches, seen } = watched({ takesMs: 10 })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => gatherer.add(n)))
    expect(answers.at(-1)).toBe('answer 19')
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 4, 4, 4])
    expect(seen.most).toBe(2)
  })

  it('runs a failed batch one by one, so that only the bad one fails', async () => {
    const { gatherer, batches } = watched({
      fail: (batch) => (batch.includes(2) ? new Error('bad') : undefined),
    })
    const results = await Promise.allSettled([gatherer.add(1), gatherer.add(2), gatherer.add(3)])
    expect(results.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([[1, 2, 3], [1], [2], [3]])
  })

  it('does not run each again when the database is away', async () => {
    const { gatherer, batches } = watched({ fail: () => kernelErrors.database_unavailable() })
    const results = await Promise.allSettled([gatherer.add(1), gatherer.add(2)])
    expect(results.map((one) => one.status)).toEqual(['rejected', 'rejected'])
    expect(batches).toHaveLength(1)
  })

  it('answers everything that it took before it closes, and takes nothing after', async () => {
    const { gatherer } = watched({ takesMs: 10, maxBatch: 2 })
    const taken = Promise.all(Array.from({ length: 9 }, (_, n) => gatherer.add(n)))
    await gatherer.close()
    expect(await taken).toHaveLength(9)
    await expect(gatherer.add(1)).rejects.toThrow('closed')
    await gatherer.close()
  })
})
