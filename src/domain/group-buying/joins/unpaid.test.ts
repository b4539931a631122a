import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../../test/market.ts'
import { leaveSession } from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  const policy = { unpaidPlaces: 3, unpaidRenewals: 1, holdMinutesNew: 30 }
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [], policy })
  market = await Market.open(laku)
})
afterAll(async () => {
  await market.expectAllTrue()
  await laku.close()
})

const buyer = async () => (await market.buyers(1))[0] as Buyer
const leave = (who: Buyer, sessionId: string) =>
  laku.as({ kind: 'customer', id: who.id }, (work) => leaveSession(work, { sessionId }))
const codeOf = (joining: Promise<unknown>) =>
  joining.then(
    () => 'joined',
    (error) => error.code as string,
  )

it('one unpaid place holds no more than a share of a session (case 5)', async () => {
  const session = await market.session({ moq: 100, capacity: 1_000 })
  expect(await codeOf(market.join(await buyer(), session.id, 1_000))).toBe('group_buying.unpaid_share')
  expect(await codeOf(market.join(await buyer(), session.id, 250))).toBe('joined')
  // If staff set a limit for each buyer, only this limit applies.
  const limited = await market.session({ moq: 100, capacity: 1_000, perUserLimit: 500 })
  expect(await codeOf(market.join(await buyer(), limited.id, 500))).toBe('joined')
})

it('one buyer holds so many unpaid places, over all sessions and also at once', async () => {
  const who = await buyer()
  const sessions = await Promise.all(Array.from({ length: 5 }, () => market.session({ moq: 5 })))
  const outcomes = []
  for (const session of sessions) outcomes.push(await codeOf(market.join(who, session.id, 1)))
  expect(outcomes).toEqual(['joined', 'joined', 'joined', ...Array(2).fill('group_buying.too_many_unpaid')])
  await leave(who, sessions[0]!.id)
  expect(await codeOf(market.join(who, sessions[4]!.id, 1))).toBe('joined')
})

it('who leaves and joins again does not renew a hold for ever (case 5)', async () => {
  const who = await buyer()
  const session = await market.session({ moq: 5 })
  const outcomes = []
  for (let n = 0; n < 3; n++) {
    outcomes.push(await codeOf(market.join(who, session.id, 1)))
    if (outcomes.at(-1) === 'joined') await leave(who, session.id)
  }
  expect(outcomes).toEqual(['joined', 'joined', 'group_buying.hold_renewed'])
  laku.clock.shift(86_400)
  const other = await market.session({ moq: 5 })
  expect(await codeOf(market.join(who, other.id, 1))).toBe('joined')
})

it('a place of who never paid anything is held for half as long, and longer once they have (case 5)', async () => {
  const who = await buyer()
  const heldMinutes = async () => {
    const session = await market.session({ moq: 5 })
    const { payment } = await market.join(who, session.id, 1)
    const expiresAt = new Date(payment.expiresAt).getTime()
    return { id: payment.id, minutes: (expiresAt - laku.clock.now().getTime()) / 60_000 }
  }
  const first = await heldMinutes()
  expect(first.minutes).toBe(30)
  expect((await heldMinutes()).minutes).toBe(30)
  await market.pay(first.id)
  expect((await heldMinutes()).minutes).toBe(60)
})
