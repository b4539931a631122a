import { describe, expect, it } from 'vitest'
import { barOf, timeLeft } from './watch.ts'

describe('the live view', () => {
  it('fills paid units, half-fills held ones, and never runs over', () => {
    expect(barOf(0, 0, 10)).toBe('░'.repeat(30))
    expect(barOf(5, 2, 10)).toBe('█'.repeat(15) + '▒'.repeat(6) + '░'.repeat(9))
    expect(barOf(12, 5, 10)).toBe('█'.repeat(30))
    expect(barOf(9, 9, 10)).toHaveLength(30)
  })

  it('says what is left of a forming session in two units', () => {
    const now = new Date('2026-11-25T10:00:00Z')
    const left = (seconds: number, status: 'forming' | 'failed' = 'forming') =>
      timeLeft({ status, endsAt: new Date(now.getTime() + seconds * 1000) }, now)
    expect(left(2 * 86_400 + 3 * 3_600)).toBe('2d 03h left')
    expect(left(14 * 3_600 + 5 * 60)).toBe('14h 05m left')
    expect(left(200)).toBe('3m 20s left')
    expect(left(-5)).toBe('0m 00s left')
    expect(left(200, 'failed')).toBe('')
  })
})
