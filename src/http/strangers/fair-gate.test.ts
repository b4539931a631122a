import { expect, it } from 'vitest'
import { FairGate } from './fair-gate.ts'

const open = () => new FairGate({ running: 1, waitingOfOne: 3, waiting: 5 })

/** Begins work that lasts until a test ends it. */
function begin(gate: FairGate, name: string, order: string[]) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = gate.run(name, async () => {
    order.push(name)
    await promise
  })
  return { end: resolve, done }
}

it('takes a turn of each name, however long the backlog of one is', async () => {
  const gate = open()
  const order: string[] = []
  const all = ['flood', 'flood', 'flood', 'buyer'].map((name) => begin(gate, name, order))
  for (const { end } of all) end()
  await Promise.all(all.map(({ done }) => done))
  expect(order).toEqual(['flood', 'flood', 'buyer', 'flood'])
})

it('refuses what is too much of one name, and of all, and goes on after a failure', async () => {
  const gate = open()
  const order: string[] = []
  const all = ['a', 'b', 'b', 'b', 'c'].map((name) => begin(gate, name, order))
  await expect(gate.run('b', async () => {})).rejects.toMatchObject({ code: 'http.too_many_requests' })
  all.push(begin(gate, 'd', order))
  await expect(gate.run('e', async () => {})).rejects.toMatchObject({ details: { retryAfterS: 1 } })
  for (const { end } of all) end()
  await Promise.all(all.map(({ done }) => done))
  await expect(gate.run('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await gate.run('x', async () => 'let in')).toBe('let in')
})
