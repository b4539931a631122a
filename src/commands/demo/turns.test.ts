import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

describe('Turns', () => {
  it('tells what happens side by side one after another, as it happens for the first', () => {
    const told: string[] = []
    const turns = new Turns()
    const [first, second, third] = [turns.next(), turns.next(), turns.next()]
    second.now(() => told.push('second, 1'))
    first.now(() => told.push('first, 1'))
    expect(told).toEqual(['first, 1'])
    third.now(() => told.push('third'))
    third.done()
    first.now(() => told.push('first, 2'))
    first.done()
    expect(told).toEqual(['first, 1', 'first, 2', 'second, 1'])
    second.now(() => told.push('second, 2'))
    second.done()
    expect(told.slice(3)).toEqual(['second, 2', 'third'])
  })
})
