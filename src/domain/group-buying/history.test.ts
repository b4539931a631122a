import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../test/market.ts'
import { DomainError, secondsAfter } from '../kernel/index.ts'
import { cancelSession, fulfilSession, type SessionView, sweepSessions } from './index.ts'

/**
 * Random histories of one session against a model of thirty lines: what buyers, the gateway, the clock and staff do,
 * in any order. After every step the session looks as the model says, and everything that is always true holds.
 */

const BUYERS = 4
const PRICE = 50_000
const SHIPPING = 10_000

type Step =
  | { do: 'join'; buyer: number; units: number }
  | { do: 'pay' | 'expire'; buyer: number; nth: number }
  | { do: 'leave'; buyer: number }
  | { do: 'deadline' | 'fulfil' | 'cancel' }

const buyer = fc.nat(BUYERS - 1)
const steps: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('join' as const), buyer, units: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constantFrom('pay' as const, 'expire' as const), buyer, nth: fc.nat(2) }),
  fc.record({ do: fc.constant('leave' as const), buyer }),
]
const history = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: steps[0] as fc.Arbitrary<Step> },
    { weight: 8, arbitrary: steps[1] as fc.Arbitrary<Step> },
    { weight: 2, arbitrary: steps[2] as fc.Arbitrary<Step> },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'deadline' }, { do: 'fulfil' }, { do: 'cancel' }) },
  ),
  { minLength: 5, maxLength: 30 },
)
const terms = fc.record({
  moq: fc.integer({ min: 1, max: 5 }),
  room: fc.integer({ min: 0, max: 4 }),
  closePolicy: fc.constantFrom('at_moq' as const, 'at_deadline' as const),
})

interface Place {
  buyer: number
  units: number
  status: string
  payment: 'pending' | 'paid' | 'expired' | 'refunded'
}

/** What should be true, told again in plain words. */
class Model {
  status = 'forming'
  places: Place[] = []
  refundedIdr = Array.from({ length: BUYERS }, () => 0)
  readonly moq: number
  readonly capacity: number
  readonly atMoq: boolean

  constructor({ moq, room, closePolicy }: { moq: number; room: number; closePolicy: string }) {
    this.moq = moq
    this.capacity = moq + room
    this.atMoq = closePolicy === 'at_moq'
  }

  units(...statuses: string[]): number {
    return this.places.filter((p) => statuses.includes(p.status)).reduce((sum, p) => sum + p.units, 0)
  }

  live(buyer: number): Place | undefined {
    return this.places.find((p) => p.buyer === buyer && ['held', 'paid', 'ordered'].includes(p.status))
  }

  join(buyer: number, units: number): boolean {
    if (this.status !== 'forming' || this.live(buyer)) return false
    if (this.units('held', 'paid') + units > this.capacity) return false
    this.places.push({ buyer, units, status: 'held', payment: 'pending' })
    return true
  }

  pay(place: Place): void {
    if (place.payment === 'paid' || place.payment === 'refunded') return
    place.payment = 'paid'
    if (place.status !== 'held') {
      this.refund(place)
      return
    }
    place.status = 'paid'
    const enough = this.atMoq ? this.moq : this.capacity
    if (this.units('paid') >= enough) this.end('moq_reached')
  }

  expire(place: Place): void {
    if (place.payment !== 'pending') return
    place.payment = 'expired'
    if (place.status === 'held') place.status = 'expired'
  }

  leave(buyer: number): boolean {
    const place = this.live(buyer)
    if (!place || this.status !== 'forming') return false
    if (place.status === 'paid' && this.units('paid') >= this.moq) return false
    const wasPaid = place.status === 'paid'
    place.status = 'left'
    if (wasPaid) this.refund(place)
    return true
  }

  deadline(): void {
    if (this.status === 'forming') this.end(this.units('paid') >= this.moq ? 'moq_reached' : 'refunded')
  }

  cancel(): boolean {
    if (this.status !== 'forming' && this.status !== 'moq_reached') return false
    this.end('refunded')
    return true
  }

  fulfil(): boolean {
    if (this.status !== 'moq_reached' && this.status !== 'success') return false
    for (const place of this.places) if (place.status === 'paid') place.status = 'ordered'
    this.status = 'success'
    return true
  }

  end(status: string): void {
    this.status = status
    for (const place of this.places) {
      if (place.status === 'held') place.status = 'expired'
      if (place.status === 'paid' && status === 'refunded') this.refund(place)
    }
  }

  refund(place: Place): void {
    if (place.status !== 'expired') place.status = 'refunded'
    place.payment = 'refunded'
    this.refundedIdr[place.buyer] = (this.refundedIdr[place.buyer] as number) + place.units * PRICE + SHIPPING
  }
}

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
  await market.addStock(1_000_000)
})
afterAll(() => laku.close())

/** Runs one history on laku and on the model side by side. */
async function live(
  setting: { moq: number; room: number; closePolicy: 'at_moq' | 'at_deadline' },
  all: Step[],
) {
  const model = new Model(setting)
  const buyers = await market.buyers(BUYERS)
  const session = await market.session({
    moq: setting.moq,
    capacity: model.capacity,
    closePolicy: setting.closePolicy,
    tiers: [{ minUnits: 1, unitPriceIdr: PRICE }],
  })
  const real = new Real(session, buyers)
  for (const step of all) {
    expect({ step, agreed: await real.take(step, model) }).toEqual({ step, agreed: true })
    await real.compare(model)
  }
  await market.expectAllTrue()
}

class Real {
  readonly placeIds: { participantId: string; paymentId: string }[] = []
  readonly session: SessionView
  readonly buyers: Buyer[]

  constructor(session: SessionView, buyers: Buyer[]) {
    this.session = session
    this.buyers = buyers
  }

  /** Whether laku and the model allow, or refuse, the same. */
  async take(step: Step, model: Model): Promise<boolean> {
    const { id, endsAt } = this.session
    switch (step.do) {
      case 'join': {
        const joined = await allowed(async () => {
          const answer = await market.join(this.buyers[step.buyer] as Buyer, id, step.units)
          this.placeIds.push({ participantId: answer.participation.id, paymentId: answer.payment.id })
        })
        return joined === model.join(step.buyer, step.units)
      }
      case 'pay':
      case 'expire': {
        const mine = model.places.flatMap((place, i) => (place.buyer === step.buyer ? [i] : []))
        const index = mine[mine.length - 1 - step.nth]
        if (index === undefined) return true
        await market[step.do](this.placeIds[index]?.paymentId as string)
        model[step.do](model.places[index] as Place)
        return true
      }
      case 'leave':
        return (
          (await allowed(() => market.leave(this.buyers[step.buyer] as Buyer, id))) ===
          model.leave(step.buyer)
        )
      case 'deadline': {
        const now = laku.clock.now()
        if (now < endsAt) laku.clock.shift((secondsAfter(endsAt, 1).getTime() - now.getTime()) / 1000)
        await laku.system(sweepSessions)
        model.deadline()
        return true
      }
      case 'fulfil':
        return (
          (await allowed(() => fulfilSession({ units: laku.units, actor: admin }, id))) === model.fulfil()
        )
      case 'cancel': {
        const cancel = () =>
          laku.as(admin, (work) => cancelSession(work, { sessionId: id, reason: 'a test' }))
        return (await allowed(cancel)) === model.cancel()
      }
    }
  }

  async compare(model: Model): Promise<void> {
    const seen = await market.see(this.session.id)
    const expected = {
      status: model.status,
      heldUnits: model.units('held'),
      paidUnits: model.units('paid', 'ordered'),
      places: model.places.map((place) => place.status),
      refundedIdr: model.refundedIdr,
    }
    const places = await Promise.all(this.placeIds.map((place) => market.statusOf(place.participantId)))
    const refundedIdr = await Promise.all(this.buyers.map((one) => market.walletOf(one)))
    const { status, heldUnits, paidUnits } = seen
    expect({ status, heldUnits, paidUnits, places, refundedIdr }).toEqual(expected)
  }
}

async function allowed(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (error instanceof DomainError) return false
    throw error
  }
}

it('any history of a session ends in the state that the rules say, with the book in order', async () => {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 2 ** 31))
  console.info(`random histories of group buying: LAKU_SEED=${seed}`)
  await fc.assert(fc.asyncProperty(terms, history, live), {
    seed,
    numRuns: Number(process.env.LAKU_RUNS ?? 12),
    endOnFailure: true,
  })
}, 60_000)
