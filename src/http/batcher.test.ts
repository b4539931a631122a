import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { kernelErrors } from '../domain/kernel/index.ts'
import { Batcher } from './batcher.ts'

function watched(
  options: { maxBatch?: number; takesMs?: number; fail?: (batch: number[]) => Error | undefined } = {},
) {
  const batches: number[][] = []
  let running = 0
  const seen = { most: 0 }
  const batcher = new Batcher<number, string>({
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
  return { batcher, batches, seen }
}

describe('Batcher', () => {
  it('runs what comes together as one batch and gives each its own answer', async () => {
    const { batcher, batches } = watched()
    expect(await Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)])).toEqual([
      'answer 1',
      'answer 2',
      'answer 3',
    ])
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('starts at once when a batch is full, at most two at a time, and fills the next meanwhile', async () => {
    const { batcher, batches, seen } = watched({ takesMs: 10 })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => batcher.add(n)))
    expect(answers.at(-1)).toBe('answer 19')
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 4, 4, 4])
    expect(seen.most).toBe(2)
  })

  it('runs a failed batch one by one, so that only the bad one fails', async () => {
    const { batcher, batches } = watched({
      fail: (batch) => (batch.includes(2) ? new Error('bad') : undefined),
    })
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([[1, 2, 3], [1], [2], [3]])
  })

  it('does not run each again when the database is away', async () => {
    const { batcher, batches } = watched({ fail: () => kernelErrors.database_unavailable() })
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2)])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
    expect(batches).toHaveLength(1)
  })

  it('answers everything that it took before it closes, and takes nothing after', async () => {
    const { batcher } = watched({ takesMs: 10, maxBatch: 2 })
    const taken = Promise.all(Array.from({ length: 9 }, (_, n) => batcher.add(n)))
    await batcher.close()
    expect(await taken).toHaveLength(9)
    await expect(batcher.add(1)).rejects.toThrow('closed')
    await batcher.close()
  })
})
