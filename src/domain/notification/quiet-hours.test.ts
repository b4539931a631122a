import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sendableFrom } from './quiet-hours.ts'

const hours = { quietFromHour: 21, quietToHour: 7 }
const at = (jakarta: string) => new Date(`2026-11-25T${jakarta}:00+07:00`)

describe('quiet hours', () => {
  it('put off until 07:00 what comes from 21:00 on, and leave the day alone', () => {
    expect(sendableFrom({ kind: 'orders' }, at('20:59'), hours)).toBeUndefined()
    expect(sendableFrom({ kind: 'orders' }, at('21:00'), hours)).toEqual(
      new Date('2026-11-26T07:00:00+07:00'),
    )
    expect(sendableFrom({ kind: 'orders' }, at('23:59'), hours)).toEqual(
      new Date('2026-11-26T07:00:00+07:00'),
    )
    expect(sendableFrom({ kind: 'orders' }, at('00:00'), hours)).toEqual(
      new Date('2026-11-25T07:00:00+07:00'),
    )
    expect(sendableFrom({ kind: 'orders' }, at('06:59'), hours)).toEqual(
      new Date('2026-11-25T07:00:00+07:00'),
    )
    expect(sendableFrom({ kind: 'orders' }, at('07:00'), hours)).toBeUndefined()
  })

  it('never hold up money or what asks for it, and may be none at all', () => {
    expect(sendableFrom({ kind: 'money' }, at('23:00'), hours)).toBeUndefined()
    expect(sendableFrom({ kind: 'sessions', isPressing: true }, at('23:00'), hours)).toBeUndefined()
    expect(sendableFrom({ kind: 'shop' }, at('23:00'), { quietFromHour: 0, quietToHour: 0 })).toBeUndefined()
  })

  it('end in the future, within a day, and are over then', () => {
    const hour = fc.integer({ min: 0, max: 23 })
    const when = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(when, hour, hour, (now, quietFromHour, quietToHour) => {
        const over = sendableFrom({ kind: 'shop' }, now, { quietFromHour, quietToHour })
        if (!over) return
        expect(over.getTime()).toBeGreaterThan(now.getTime())
        expect(over.getTime() - now.getTime()).toBeLessThanOrEqual(86_400_000)
        expect(sendableFrom({ kind: 'shop' }, over, { quietFromHour, quietToHour })).toBeUndefined()
      }),
    )
  })
})
