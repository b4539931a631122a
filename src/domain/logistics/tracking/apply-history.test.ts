import { describe, expect, it } from 'vitest'
import { isOver, shipmentTransitions } from '../transitions.ts'
import { applyCourierHistory, type TrackedParcel } from './apply-history.ts'
import { courierStatuses, statesOf } from './courier-statuses.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 1, minute))
const bookedAt = at(0)
const fresh: TrackedParcel = {
  status: 'booked',
  bookedAt,
  trackedUntil: null,
  movedByHandAt: null,
  events: [],
}
const history = (...statuses: string[]) =>
  statuses.map((status, i) => ({ status, note: `line ${i}`, updatedAt: at(1 + i) }))
const readingOf = (lines: ReturnType<typeof history>) => ({
  status: lines.at(-1)?.status ?? 'confirmed',
  history: lines,
})

/** Applies lines to a parcel, and stores it in between as the database does. */
function follow(parcel: TrackedParcel, lines: ReturnType<typeof history>) {
  const followed = applyCourierHistory(parcel, readingOf(lines))
  const { status, trackedUntil, movedByHandAt, newEvents, ...told } = followed
  const next = { ...parcel, status, trackedUntil, movedByHandAt, events: [...parcel.events, ...newEvents] }
  return { next, ...told }
}

/** A small generator with a seed, so that a failure can be repeated. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('the statuses of the courier', () => {
  it('are fourteen, in either spelling, and each leads somewhere', () => {
    expect(courierStatuses).toHaveLength(14)
    expect(statesOf('droppingOff')).toEqual(['in_transit'])
    expect(statesOf('courierNotFound')).toEqual(['not_found'])
    expect(statesOf('On Hold')).toEqual(['on_hold'])
    expect(statesOf('constructor')).toBeUndefined()
    const states = courierStatuses.flatMap((status) => statesOf(status))
    for (const state of states) expect(Object.keys(shipmentTransitions)).toContain(state)
  })
})

describe('a history', () => {
  it('moves forward only, each line once', () => {
    const lines = history('confirmed', 'picked', 'dropping_off', 'picked', 'delivered')
    const { next, contradictions } = follow(fresh, lines)
    expect(next.status).toBe('delivered')
    expect(contradictions).toEqual([])
    expect(follow(next, lines)).toMatchObject({ next: { status: 'delivered', events: next.events } })
  })

  it('ends in one state, whatever readings of it come, in whatever order', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const pick = seeded(seed)
      const length = 1 + pick(7)
      const lines = history(...Array.from({ length }, () => courierStatuses[pick(14)] as string))
      // Some lines have the same time.
      for (const line of lines) if (pick(4) === 0) line.updatedAt = at(1 + pick(length))
      lines.sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
      const whole = follow(fresh, lines).next
      const readings = Array.from({ length: 12 }, () => lines.slice(0, 1 + pick(length)))
      readings.splice(pick(12), 0, lines)
      let parcel = fresh
      for (const reading of readings) parcel = follow(parcel, reading).next
      expect(parcel.status, `seed ${seed}`).toBe(whole.status)
    }
  })

  it('that contradicts an end changes nothing and is told of once', () => {
    const lines = history('picked', 'delivered', 'returned')
    const first = follow(fresh, lines)
    expect(first).toMatchObject({ next: { status: 'delivered' }, contradictions: ['returned'] })
    expect(follow(first.next, lines).contradictions).toEqual([])
  })

  it('with a status that is not known goes on, and tells of it once', () => {
    const first = follow(fresh, history('picked', 'teleported'))
    expect(first).toMatchObject({ next: { status: 'picked_up' }, unknown: ['teleported'] })
    const second = follow(first.next, history('picked', 'teleported', 'delivered'))
    expect(second).toMatchObject({ next: { status: 'delivered' }, unknown: [] })
  })

  it('rejects before the pick-up, or is sent back after it', () => {
    expect(follow(fresh, history('rejected')).next.status).toBe('cancelled')
    expect(follow(fresh, history('picked', 'rejected', 'returned')).next.status).toBe('returned')
  })

  it('may lag behind what the order says', () => {
    expect(applyCourierHistory(fresh, { status: 'picked', history: [] })).toMatchObject({
      status: 'picked_up',
    })
  })

  it('of before staff moved it is a late update; a later one that is behind contradicts', () => {
    const moved: TrackedParcel = { ...fresh, status: 'on_hold', movedByHandAt: at(30) }
    expect(follow(moved, history('picked'))).toMatchObject({
      next: { status: 'on_hold' },
      contradictions: [],
    })
    const sent: TrackedParcel = { ...fresh, status: 'in_transit', movedByHandAt: at(0) }
    expect(follow(sent, history('picked'))).toMatchObject({
      next: { status: 'in_transit' },
      contradictions: ['picked'],
    })
    expect(follow(sent, history('dropping_off')).next.movedByHandAt).toBeNull()
  })
})

it('a state that is over has nowhere to go', () => {
  expect(isOver('delivered')).toBe(true)
  expect(isOver('on_hold')).toBe(false)
})
