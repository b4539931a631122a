import { expect } from 'vitest'
import type { Story } from './stories.ts'
import type { PermutedShop } from './world.ts'

/** Returns every order of the numbers below `length`, the natural order first. */
export function permutationsOf(length: number): number[][] {
  if (length === 0) return [[]]
  return permutationsOf(length - 1)
    .flatMap((shorter) => Array.from({ length }, (_, at) => shorter.toSpliced(at, 0, length - 1)))
    .sort((a, b) => a.join().localeCompare(b.join()))
}

/** Returns a generator of numbers from 0 to 1; the same seed gives the same numbers (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const DUPLICATES = 3

/** Returns this many of the orders, the natural order among them. */
export function sampleOf<T>(all: readonly T[], count: number, random: () => number): T[] {
  const [first, ...rest] = all
  const shuffled = rest.map((item) => ({ one: item, at: random() })).sort((a, b) => a.at - b.at)
  return [first as T, ...shuffled.slice(0, count - 1).map(({ one: value }) => value)]
}

/** Returns the order with some deliveries repeated later, at random places. */
function withDuplicates(order: readonly number[], random: () => number): number[] {
  const sent = [...order]
  for (let i = 0; i < DUPLICATES; i++) {
    const at = Math.floor(random() * sent.length)
    sent.splice(at + 1 + Math.floor(random() * (sent.length - at)), 0, sent[at] as number)
  }
  return sent
}

/**
 * Runs a story once for each of these orders, side by side: the first delivery of each, then the second of
 * each, and so on. Afterwards all of them must be in the story's last state and hold the same money, and no
 * delivery may be left unprocessed.
 */
export async function expectOneEnd(
  world: PermutedShop,
  story: Story,
  orders: readonly number[][],
  random: () => number,
): Promise<void> {
  const subjects = await story.begin(world, orders.length)
  const sent = orders.map((order) => withDuplicates(order, random))
  for (let step = 0; step < (sent[0] as number[]).length; step++) {
    const updates = subjects.map(
      (subject, i) => subject.updates[sent[i]?.[step] as number] as (typeof subject.updates)[number],
    )
    await world.deliver(story.provider, updates)
  }
  const money = await world.balances(subjects[0]!)
  for (const [i, subject] of subjects.entries()) {
    const said = `delivered in the order ${sent[i]?.join(' ')}`
    expect(await story.state(world, subject), said).toMatchObject(story.end)
    expect(await world.balances(subject), said).toEqual(money)
  }
  expect(await world.unprocessed()).toEqual([])
  expect(await world.broken()).toEqual([])
}
