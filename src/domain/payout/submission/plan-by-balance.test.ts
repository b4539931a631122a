import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPayoutFixture } from '../../../../test/payouts.ts'
import { newId } from '../../kernel/index.ts'
import { fitByAge, listPayouts, submitPayouts, sweepPayouts } from '../index.ts'

const AGAIN_S = 901
const COST_IDR = 2_775

describe('payouts above what can be spent (issue 12, fact 5)', () => {
  let f: Awaited<ReturnType<typeof openPayoutFixture>>
  beforeAll(async () => {
    f = await openPayoutFixture()
  })
  beforeEach(() => f.faults())
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const float = (idr: number) => f.control('PUT', '/balance', { spendable_idr: idr })
  const pass = async (seconds: number) => {
    await f.pass(seconds)
    await sweepPayouts(f.context)
    await f.laku.sandbox.settleWebhooks()
  }
  const said = async () => {
    const rows = await f.laku.db
      .selectFrom('attention')
      .select('message')
      .where('kind', '=', 'payouts_wait_for_balance')
      .where('resolvedAt', 'is', null)
      .execute()
    return rows.map((row) => row.message)
  }

  it('wait, the oldest first and nobody overtaken; none is sent to fail, and staff see how much float is missing', async () => {
    await float(0)
    const keys = [newId(), newId()]
    const big = await f.create({ key: keys[0] as string, amountIdr: 900_000 })
    await f.pass(1)
    const small = await f.create({ key: keys[1] as string, amountIdr: 10_000 })
    await submitPayouts(f.context, [big])
    await float(100_000)
    await submitPayouts(f.context, [small])
    for (const id of [big, small])
      expect(await f.row(id)).toMatchObject({ status: 'created', calls: 0, failureCode: null })
    for (const key of keys) expect(await f.atProvider(key)).toEqual([])
    expect(await said()).toEqual([
      '2 payouts of Rp 915.550 with fees wait, because the balance at the provider is too low. Rp 100.000 can be spent. Add Rp 815.550 there, or wait until it settles incoming payments.',
    ])
    const listed = await f.laku.system((work) => listPayouts(work, { waiting: true, limit: 10 }))
    expect(listed.data.map((payout) => payout.id)).toEqual([small, big])
    await pass(AGAIN_S)
    expect(await f.row(big)).toMatchObject({ status: 'created', calls: 0 })
    await float(900_000 + COST_IDR + 10_000 + COST_IDR)
    await pass(AGAIN_S)
    await pass(AGAIN_S)
    for (const id of [big, small])
      expect(await f.row(id)).toMatchObject({ status: 'succeeded', calls: 1, waitsSince: null })
  })

  it('wait behind older refunds for the same money, and go before younger ones', async () => {
    await float(100_000)
    const id = await f.create({ amountIdr: 50_000 })
    const refundsWaiting = (createdAt: Date) => ({
      ...f.context,
      refundsWaiting: async () => [{ createdAt, takesIdr: 60_000 }],
    })
    await submitPayouts(refundsWaiting(new Date(0)), [id])
    expect(await f.row(id)).toMatchObject({ status: 'created', calls: 0 })
    await submitPayouts(refundsWaiting(new Date('2100-01-01')), [id])
    expect(await f.row(id)).toMatchObject({ status: 'submitted', calls: 1, waitsSince: null })
    await f.laku.sandbox.settleWebhooks()
    await pass(AGAIN_S)
  })

  it('are sent where the balance cannot be read: the provider decides', async () => {
    await float(1_000_000)
    await f.faults({ provider: 'xendit', operation: 'balance', kind: 'error' })
    const id = await f.create()
    await submitPayouts(f.context, [id])
    expect(await f.row(id)).toMatchObject({ status: 'submitted', calls: 1 })
    await f.laku.sandbox.settleWebhooks()
    await f.faults()
    await pass(AGAIN_S)
  })
})

describe('a turn by age', () => {
  const at = (ms: number, takesIdr: number) => ({ createdAt: new Date(ms), takesIdr })
  const turn = (balanceIdr: number, mine: [number, number][], others: [number, number][] = []) =>
    fitByAge(
      balanceIdr,
      mine.map(([ms, idr]) => at(ms, idr)),
      others.map(([ms, idr]) => at(ms, idr)),
    ).fit.map((item) => item.createdAt.getTime())

  it.each([
    [
      100,
      [
        [1, 60],
        [2, 40],
      ],
      [],
      [1, 2],
    ],
    [
      100,
      [
        [1, 60],
        [2, 41],
        [3, 1],
      ],
      [],
      [1],
    ],
    [100, [[2, 60]], [[1, 41]], []],
    [100, [[1, 60]], [[2, 1_000]], [1]],
    [0, [[1, 1]], [], []],
  ] as [number, [number, number][], [number, number][], number[]][])(
    'of %i serves %j beside %j as %j',
    (balanceIdr, mine, others, served) => {
      expect(turn(balanceIdr, mine, others)).toEqual(served)
    },
  )
})
