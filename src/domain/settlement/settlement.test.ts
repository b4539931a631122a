import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, system } from '../../../test/laku.ts'
import { markedBy } from '../../../test/reference.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../test/settlements.ts'
import { oneAdministratorAndTwo, staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { updateFactory } from '../factory/index.ts'
import { type Actor, defaultPolicy, jakartaDate, ProviderFailure, secondsAfter } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import { submitPayouts } from '../payout/index.ts'
import {
  approveSettlement,
  holdSettlement,
  previewSettlements,
  releaseSettlement,
  retryFailed,
  retrySettlement,
  sendStatements,
  showSettlement,
  voidSettlement,
  writeOffDebt,
} from './index.ts'
import { isSettled, periodThrough, planHash, retryAfterFailure, totalsOf } from './rules.ts'

/** Xendit's test account number whose payouts stay accepted until a test changes them. */
const WAITS = '131313'

describe('settlements', () => {
  let f: SettlementFixture
  beforeAll(async () => {
    f = await openSettlementFixture()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const preview = (factoryId: string) => f.laku.as(sinta, (work) => previewSettlements(work, { factoryId }))
  const retry = (settlement: string) => f.laku.as(budi, (work) => retrySettlement(work, { settlement }))
  const hold = (settlement: string) =>
    f.laku.as(budi, (work) => holdSettlement(work, { settlement, reason: 'asked to' }))
  const release = (settlement: string) => f.laku.as(budi, (work) => releaseSettlement(work, { settlement }))
  const owed = (factoryId: string) => f.balance(factoryAccount(factoryId))

  describe('what is due', () => {
    it('is what was delivered seven days ago, without what went back', async () => {
      const factoryId = await f.factory()
      const sold = await f.sell(factoryId)
      await f.sell(factoryId, 200_000)
      await f.sell(factoryId, 400_000, 6)
      await f.refund(sold, 20_000)
      const seen = await preview(factoryId)
      const totals = { items: 3, grossIdr: 300_000, commissionIdr: 15_000, refundsIdr: 19_000 }
      expect(seen.settlements).toEqual([
        expect.objectContaining({ ...totals, netIdr: 266_000, carriedIdr: 0, status: 'planned' }),
      ])
      expect(seen.totalIdr).toBe(266_000)
      const made = await f.run({ factoryId })
      expect(made.settlements).toEqual([
        expect.objectContaining({ ...totals, netIdr: 266_000, status: 'calculated' }),
      ])
      expect(await owed(factoryId)).toBe(266_000 + 380_000)
    })

    it('is what was sold of a parcel that was lost, and of an order that was cancelled after its release nothing', async () => {
      const factoryId = await f.factory()
      const [lost, cancelled] = [await f.sell(factoryId), await f.sell(factoryId, 50_000)]
      await f.orderStatus(lost.orderId, 'failed')
      await f.orderStatus(cancelled.orderId, 'cancelled')
      await f.refund(cancelled, 50_000)
      expect((await preview(factoryId)).settlements).toEqual([
        expect.objectContaining({ items: 3, netIdr: 95_000 }),
      ])
    })

    it('leaves out an order with an open return, and comes to nothing when all of it went back', async () => {
      const factoryId = await f.factory()
      const sold = await f.sell(factoryId)
      for (const open of ['return_requested', 'returned', 'in_transit']) {
        await f.orderStatus(sold.orderId, open)
        expect((await preview(factoryId)).settlements).toEqual([])
      }
      await f.refund(sold, 100_000)
      await f.orderStatus(sold.orderId, 'refunded')
      const { settlements } = await f.run({ factoryId })
      expect(settlements).toEqual([expect.objectContaining({ status: 'carried', carriedIdr: 0, netIdr: 0 })])
    })

    it('carries what is below the minimum, and what is negative, to the next', async () => {
      const factoryId = await f.factory()
      const sold = await f.sell(factoryId, 10_000)
      expect((await f.run({ factoryId })).settlements).toEqual([
        expect.objectContaining({ status: 'carried', carriedIdr: 9_500, netIdr: 0 }),
      ])
      await f.refund(sold, 10_000)
      await f.refund(sold, 5_000)
      expect((await f.run({ factoryId })).settlements[0]).toMatchObject({ carriedIdr: -4_750 })
      await f.sell(factoryId)
      const { settlements } = await f.run({ factoryId })
      expect(settlements).toEqual([expect.objectContaining({ items: 4, netIdr: 90_250, carriedIdr: 0 })])
    })

    it('deducts from the next what went back after it was settled', async () => {
      const factoryId = await f.factory()
      const sold = await f.sell(factoryId)
      await f.settled(factoryId)
      await f.approve((await f.run({ factoryId })).settlements[0]?.code as string)
      await f.refund(sold, 40_000)
      await f.sell(factoryId)
      const { settlements } = await f.run({ factoryId })
      expect(
        settlements.map((settlement) => [settlement.status, settlement.refundsIdr, settlement.netIdr]),
      ).toEqual([
        ['calculated', 38_000, 57_000],
        ['approved', 0, 95_000],
      ])
    })

    it('is less what went back of a settled sale at once, also while the buyer still waits for that money', async () => {
      const factoryId = await f.factory(WAITS)
      const sold = await f.sell(factoryId)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'SUCCEEDED')
      await f.hear(code)
      await f.orderStatus(sold.orderId, 'returned')
      await f.refund(sold, 100_000)
      await f.sell(factoryId, 300_000)
      const expected = { items: 2, refundsIdr: 95_000, netIdr: 190_000 }
      expect((await preview(factoryId)).settlements).toEqual([expect.objectContaining(expected)])
      const next = await f.settled(factoryId)
      expect(await f.see(next)).toMatchObject(expected)
      await f.approve(next)
      await f.pay(next)
      await f.submit(next)
      expect(await f.see(next)).toMatchObject({ status: 'submitted' })
      expect(await owed(factoryId)).toBe(0)
    })

    it('is not what a suspended factory owes and finance has written off: that once, never more, and never taken off again', async () => {
      const factoryId = await f.factory(WAITS)
      const sold = await f.sell(factoryId)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'SUCCEEDED')
      await f.hear(code)
      await f.refund(sold, 100_000)
      const badDebt = await f.balance('bad-debt')
      const writeOff = (actor: Actor, amountIdr?: number) =>
        f.laku.as(actor, (work) => writeOffDebt(work, { factoryId, amountIdr, reason: 'insolvent' }))
      expect(await refusal(writeOff(sinta))).toBe('settlement.factory_not_suspended')
      await f.suspend(factoryId)
      expect(await refusal(writeOff({ ...sinta, role: 'support' } as Actor))).toBe('kernel.forbidden')
      expect(await refusal(writeOff(sinta, 95_001))).toBe('settlement.nothing_owed')
      expect(await writeOff(sinta, 5_000)).toEqual({ factoryId, writtenOffIdr: 5_000, balanceIdr: -90_000 })
      const rest = await Promise.all([refusal(writeOff(sinta)), refusal(writeOff(budi))])
      expect(rest.sort()).toEqual(['ok', 'settlement.nothing_owed'])
      expect(await owed(factoryId)).toBe(0)
      expect(await f.balance('bad-debt')).toBe(badDebt + 95_000)
      await f.laku.as(admin, (work) => updateFactory(work, { factoryId, status: 'active' }))
      await f.sell(factoryId, 40_000)
      const next = (await f.run({ factoryId })).settlements.find(
        (settlement) => settlement.status === 'calculated',
      )
      expect(next).toMatchObject({ refundsIdr: 95_000, adjustmentsIdr: 95_000, netIdr: 38_000 })
    })

    it('ends with the business date in Jakarta', () => {
      const now = new Date('2026-11-25T02:00:00Z')
      const period = periodThrough('2026-11-20', now, defaultPolicy)
      expect(period.endedBefore.toISOString()).toBe('2026-11-13T17:00:00.000Z')
      expect(periodThrough(undefined, now, defaultPolicy)).toMatchObject({
        through: '2026-11-25',
        endedBefore: new Date('2026-11-18T02:00:00Z'),
      })
      for (const wrong of ['2026-11-26', '2026-02-30', 'yesterday', '2026-1-1']) {
        expect(() => periodThrough(wrong, now, defaultPolicy)).toThrow('day like')
      }
    })

    it('adds up by kind, and is a plan of its lines in any order', () => {
      const line = { kind: 'sale', grossIdr: 100, commissionIdr: 5, netIdr: 95 } as const
      const back = { kind: 'refund', grossIdr: -50, commissionIdr: -2, netIdr: -48 } as const
      const other = { kind: 'adjustment', grossIdr: 7, commissionIdr: 0, netIdr: 7 } as const
      const lines = [line, back, other].map((item, entrySeq) => ({ ...item, entrySeq }))
      expect(totalsOf(lines)).toEqual({
        items: 3,
        grossIdr: 100,
        commissionIdr: 5,
        refundsIdr: 48,
        adjustmentsIdr: 7,
        netIdr: 54,
      })
      expect(planHash(lines)).toBe(planHash(lines.toReversed()))
      expect(planHash(lines)).not.toBe(planHash(lines.slice(1)))
      expect([9_999, 10_000, -1].map((net) => isSettled(net, defaultPolicy))).toEqual([false, true, false])
      const any = { ...defaultPolicy, settlementMinimumIdr: 0 }
      expect([1, 0, -1].map((net) => isSettled(net, any))).toEqual([true, false, false])
    })
  })

  describe('a run', () => {
    it('makes nothing the second time and says the same, and a preview changes nothing', async () => {
      const factoryId = await f.factory()
      await f.sell(factoryId)
      const counts = async () => {
        const { rows } = await sql<{ n: number }>`
          select (select count(*) from settlements) + (select count(*) from settlement_items) + (select count(*) from events) as n`.execute(
          f.laku.db,
        )
        return rows[0]?.n
      }
      const before = await counts()
      await preview(factoryId)
      expect(await counts()).toBe(before)
      const first = await f.run({ factoryId })
      const after = await counts()
      expect(await f.run({ factoryId })).toEqual(first)
      expect(await counts()).toBe(after)
    })

    it('is finance’s alone', async () => {
      const agent = staff('agent')
      expect(await refusal(f.run({}, agent))).toBe('kernel.forbidden')
    })

    it('makes a calculated one anew whose plan has changed', async () => {
      const factoryId = await f.factory()
      const sold = await f.sell(factoryId)
      const first = await f.settled(factoryId)
      await f.refund(sold, 20_000)
      expect(await refusal(f.approve(first))).toBe('settlement.plan_changed')
      const { settlements } = await f.run({ factoryId })
      expect(settlements).toEqual([expect.objectContaining({ netIdr: 76_000, status: 'calculated' })])
      expect(await f.see(first)).toMatchObject({ status: 'void', statusReason: 'plan_changed' })
    })
  })

  describe('an approval', () => {
    it('needs another person over the limit, though the first be an admin', async () => {
      const factoryId = await f.factory()
      await f.sell(factoryId, 60_000_000)
      const { settlements } = await f.run({ factoryId }, admin)
      const code = settlements[0]?.code as string
      expect(await refusal(f.approve(code, admin))).toBe('settlement.same_person')
      expect((await f.approve(code)).status).toBe('approved')
      await f.sell(factoryId)
      const small = await f.settled(factoryId)
      expect((await f.approve(small, sinta)).status).toBe('approved')
    })

    it('is not approved for a factory that was suspended, or is paid elsewhere, since it was calculated, unless that was seen', async () => {
      const factoryId = await f.factory('131313')
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      f.laku.clock.shift(60)
      await f.suspend(factoryId)
      const approve = (seen?: boolean) =>
        f.laku.as(budi, (work) => approveSettlement(work, { settlement: code, seen }))
      expect(await refusal(approve())).toBe('kernel.changed_since_asked')
      await f.laku.db.updateTable('factories').set({ status: 'active' }).where('id', '=', factoryId).execute()
      expect(await refusal(approve(true))).toBe('kernel.option_not_taken')
      await f.account(factoryId, '141414')
      await sql`
        update factory_bank_accounts set usable_from = usable_from - interval '1 hour'
        where factory_id = ${factoryId} and id <> (select max(id::text)::uuid from factory_bank_accounts where factory_id = ${factoryId})`.execute(
        f.laku.db,
      )
      expect(await refusal(approve())).toBe('kernel.changed_since_asked')
      expect((await approve(true)).status).toBe('approved')
    })

    it('needs over the limit a second person: not who let the first in', async () => {
      const { boss, first, second } = await oneAdministratorAndTwo(f.laku)
      const factoryId = await f.factory()
      await f.sell(factoryId, 60_000_000)
      const code = (await f.run({ factoryId }, first)).settlements[0]?.code as string
      expect(await refusal(f.approve(code, boss))).toBe('kernel.approver_not_independent')
      expect((await f.approve(code, second)).status).toBe('approved')
      await f.sell(factoryId)
      const small = await f.settled(factoryId)
      expect((await f.approve(small, boss)).status).toBe('approved')
    })

    it('needs another person than the one who released it from a hold', async () => {
      const factoryId = await f.factory()
      await f.sell(factoryId, 60_000_000)
      const code = await f.settled(factoryId)
      await hold(code)
      await release(code)
      expect(await refusal(f.approve(code, budi))).toBe('settlement.same_person')
      expect((await f.approve(code, sinta)).status).toBe('approved')
    })

    it('is void when a return is opened before the money goes', async () => {
      const factoryId = await f.factory(WAITS)
      const sold = await f.sell(factoryId)
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      await f.approve(code)
      await f.orderStatus(sold.orderId, 'return_requested')
      expect(await f.pay(code)).toMatchObject({ status: 'on_hold', statusReason: 'plan_changed' })
      expect(await release(code)).toMatchObject({ status: 'void' })
      expect((await f.run({ factoryId })).settlements).toEqual([expect.objectContaining({ netIdr: 95_000 })])
    })

    it('is gone after a hold', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      await f.approve(code)
      expect((await hold(code)).status).toBe('on_hold')
      expect(await refusal(f.pay(code))).toBe('kernel.illegal_transition')
      expect(await release(code)).toMatchObject({ status: 'calculated', approvedAt: null })
      await f.laku.as(budi, (work) => voidSettlement(work, { settlement: code, reason: 'a mistake' }))
      expect(await refusal(f.approve(code))).toBe('kernel.illegal_transition')
      expect(await f.settled(factoryId)).not.toBe(code)
    })
  })

  describe('paying', () => {
    it('moves the money with the payout, to the end', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId)
      const [inFlight, gateway] = [await f.balance('payouts-in-flight'), await f.balance('gateway')]
      const code = await f.paying(factoryId)
      expect((await f.see(code)).status).toBe('submitted')
      expect(await owed(factoryId)).toBe(0)
      expect(await f.balance('payouts-in-flight')).toBe(inFlight + 95_000)
      expect(await refusal(f.pay(code))).toBe('kernel.illegal_transition')
      await f.outcome(code, 'SUCCEEDED')
      await f.hear(code)
      await f.hear(code)
      expect(await f.see(code)).toMatchObject({ status: 'paid' })
      expect(await f.balance('payouts-in-flight')).toBe(inFlight)
      expect(await f.balance('gateway')).toBe(gateway - 95_000)
    })

    it('pays nothing without a payable account, nor to a suspended factory', async () => {
      const factoryId = await f.factory()
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      await f.approve(code)
      expect(await refusal(f.pay(code))).toBe('settlement.no_bank_account')
      await f.account(factoryId, WAITS)
      const set = (status: 'active' | 'suspended') =>
        f.laku.as(admin, (work) => updateFactory(work, { factoryId, status }))
      await set('suspended')
      expect(await refusal(f.pay(code))).toBe('settlement.factory_suspended')
      await set('active')
      await f.pay(code)
      expect(await refusal(f.pay(code))).toBe('settlement.payout_under_way')
      // Putting the settlement on hold cancels a payout that was never sent.
      expect(await refusal(hold(code))).toBe('ok')
      await f.submit(code)
      expect((await f.payoutOf(code)).failureCode).toBe('TAKEN_BACK')
      await f.laku.as(sinta, (work) => releaseSettlement(work, { settlement: code }))
      await f.approve(code)
      await f.pay(code)
      await set('suspended')
      await f.submit(code)
      expect((await f.see(code)).status).toBe('approved')
      await set('active')
      await f.submit(code)
      expect((await f.see(code)).status).toBe('submitted')
    })

    it('keeps back from a suspended factory what was never taken on at the provider', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      await f.approve(code)
      await f.pay(code)
      const down = {
        provider: 'xendit',
        operation: 'create_payout',
        outcome: 'unreachable',
        code: 'refused',
      } as const
      const { id } = await f.payoutOf(code)
      const payouts = { ...f.payouts, createPayout: () => Promise.reject(new ProviderFailure(down)) }
      await submitPayouts({ unitOfWork: f.laku.unitOfWork, actor: system, payouts }, [id])
      expect((await f.see(code)).status).toBe('submitted')
      await f.suspend(factoryId)
      f.laku.clock.shift(3_600)
      await f.submit(code)
      expect(await f.payouts.findPayouts(await markedBy(f.laku, `${code}-1`))).toEqual([])
      await f.laku.as(admin, (work) => updateFactory(work, { factoryId, status: 'active' }))
      await f.submit(code)
      expect(await f.payouts.findPayouts(await markedBy(f.laku, `${code}-1`))).toHaveLength(1)
    })

    it('pays nothing again of which something went back meanwhile', async () => {
      const factoryId = await f.factory(WAITS)
      const sold = await f.sell(factoryId)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'FAILED')
      await f.hear(code)
      await f.refund(sold, 100_000)
      await retry(code)
      expect(await f.see(code)).toMatchObject({ status: 'on_hold', statusReason: 'plan_changed' })
      await release(code)
      expect((await f.see(code)).status).toBe('void')
      expect(await owed(factoryId)).toBe(0)
    })

    it('is approved again by another person than who calculated it, above the limit', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId, 60_000_000)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'FAILED')
      await f.hear(code)
      const again = f.laku.as(sinta, (work) => retrySettlement(work, { settlement: code }))
      expect(await refusal(again)).toBe('settlement.same_person')
      expect(await refusal(retry(code))).toBe('ok')
    })

    it('owes it again after a failure, and pays by a new payout', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId)
      const code = await f.paying(factoryId)
      expect(await refusal(retry(code))).toBe('kernel.illegal_transition')
      await f.outcome(code, 'FAILED')
      await f.hear(code)
      expect((await f.see(code)).status).toBe('failed')
      expect(await owed(factoryId)).toBe(95_000)
      expect(await refusal(f.approve(code))).toBe('kernel.illegal_transition')
      await retry(code)
      await f.submit(code)
      await f.outcome(code, 'SUCCEEDED')
      await f.hear(code)
      const shown = await f.laku.system((work) => showSettlement(work.tx, work.vault, code))
      expect(shown.status).toBe('paid')
      expect(shown.payouts.map((payout) => [payout.key, payout.status])).toEqual([
        [await markedBy(f.laku, `${code}-2`), 'succeeded'],
        [await markedBy(f.laku, `${code}-1`), 'failed'],
      ])
    })

    const unpaid = async (code: string) => {
      const rows = await f.laku.db
        .selectFrom('attention')
        .select('id')
        .where('kind', '=', 'settlement_unpaid')
        .where('command', '=', `laku settle retry ${code}`)
        .where('resolvedAt', 'is', null)
        .execute()
      return rows.length
    }
    const again = () => retryFailed({ unitOfWork: f.laku.unitOfWork, actor: system })
    /** Sends the settlement's payout, which fails, and lets laku read that. */
    const failing = async (code: string) => {
      await f.submit(code)
      await expect
        .poll(async () => {
          await f.hear(code)
          return (await f.see(code)).status
        })
        .toBe('failed')
    }

    it('pays again by itself after a reason that passes, each time under a new key, so often and no more', async () => {
      const factoryId = await f.factory('123456')
      await f.sell(factoryId)
      const code = await f.paying(factoryId)
      await failing(code)
      for (const hours of [1, 2, 3]) {
        expect([(await f.see(code)).status, await unpaid(code)]).toEqual(['failed', 0])
        f.laku.clock.shift(hours * 3600 - 1)
        await again()
        expect((await f.see(code)).status).toBe('failed')
        f.laku.clock.shift(1)
        await Promise.all([again(), again()])
        expect(await f.see(code)).toMatchObject({ status: 'approved', retryAt: null })
        await failing(code)
      }
      expect(await f.see(code)).toMatchObject({ status: 'failed', retryAt: null })
      expect(await unpaid(code)).toBe(1)
      const shown = await f.laku.system((work) => showSettlement(work.tx, work.vault, code))
      const keys = await Promise.all([4, 3, 2, 1].map((nth) => markedBy(f.laku, `${code}-${nth}`)))
      expect(shown.payouts.map((payout) => payout.key)).toEqual(keys)
      expect(await owed(factoryId)).toBe(95_000)
      await retry(code)
      expect(await unpaid(code)).toBe(0)
    })

    it('leaves to a person what fails for good, what changed meanwhile, and whom nothing is paid', async () => {
      const hopeless = await f.factory('121212')
      await f.sell(hopeless)
      const first = await f.paying(hopeless)
      await failing(first)
      expect(await f.see(first)).toMatchObject({ status: 'failed', retryAt: null })
      expect(await unpaid(first)).toBe(1)

      const changed = await f.factory('123456')
      const sold = await f.sell(changed)
      const second = await f.paying(changed)
      await failing(second)
      await f.refund(sold, 20_000)
      const barred = await f.factory('123456')
      await f.sell(barred)
      const third = await f.paying(barred)
      await failing(third)
      await f.suspend(barred)
      f.laku.clock.shift(3600)
      await again()
      expect(await f.see(second)).toMatchObject({ status: 'on_hold', statusReason: 'plan_changed' })
      expect(await f.see(third)).toMatchObject({ status: 'failed', retryAt: null })
      expect(await unpaid(third)).toBe(1)
    })

    it('owes it again when the bank sends it back after all', async () => {
      const factoryId = await f.factory(WAITS)
      await f.sell(factoryId)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'SUCCEEDED')
      await f.outcome(code, 'REVERSED')
      await f.hear(code)
      expect((await f.see(code)).status).toBe('reversed')
      expect(await owed(factoryId)).toBe(95_000)
      const raised = await f.laku.db.selectFrom('attention').select('command').execute()
      expect(raised.map((row) => row.command)).toContain(`laku settle retry ${code}`)
      await retry(code)
      expect((await f.see(code)).status).toBe('approved')
    })
  })

  describe('what others are told', () => {
    it('mails the statement of what was paid, once', async () => {
      const factoryId = await f.factory(WAITS, 'pabrik@example.com')
      const sold = await f.sell(factoryId)
      await f.refund(sold, 20_000)
      const code = await f.paying(factoryId)
      await f.outcome(code, 'SUCCEEDED')
      await f.hear(code)
      const mails: { to: string; subject: string; attachments: { filename: string; content: Buffer }[] }[] =
        []
      const mailer = { send: async (mail: (typeof mails)[number]) => void mails.push(mail) }
      const context = { unitOfWork: f.laku.unitOfWork, actor: sinta, mailer }
      await Promise.all([sendStatements(context), sendStatements(context)])
      await sendStatements(context)
      const own = mails.filter((mail) => mail.subject.includes(code))
      expect(own).toEqual([expect.objectContaining({ to: 'pabrik@example.com' })])
      expect(own[0]?.subject).toContain('Rp 76.000')
      expect(own[0]?.attachments[0]?.filename).toBe(`${code}.pdf`)
      expect(own[0]?.attachments[0]?.content.subarray(0, 5).toString()).toBe('%PDF-')
    })

    it('one statement that cannot be mailed is set aside with its attention, and the others go out', async () => {
      const made = []
      for (const email of ['rusak@example.com', 'baik@example.com']) {
        const factoryId = await f.factory(WAITS, email)
        await f.sell(factoryId)
        const code = await f.paying(factoryId)
        await f.outcome(code, 'SUCCEEDED')
        await f.hear(code)
        made.push(code)
      }
      const [bad, good] = made as [string, string]
      const mailer = {
        send: async ({ to }: { to: string }) => {
          if (to === 'rusak@example.com') throw new Error('a letter of this test')
        },
      }
      await sendStatements({ unitOfWork: f.laku.unitOfWork, actor: sinta, mailer })
      const sent = async (code: string) =>
        await f.laku.db
          .selectFrom('settlements')
          .select(['id', 'statementSentAt'])
          .where('code', '=', code)
          .executeTakeFirstOrThrow()
      expect((await sent(good)).statementSentAt).not.toBeNull()
      expect((await sent(bad)).statementSentAt).toBeNull()
      const told = f.laku.db.selectFrom('attention').select('subjectId').where('kind', '=', 'item_set_aside')
      expect(await told.execute()).toEqual([{ subjectId: (await sent(bad)).id }])
    })
  })

  it('settles through a date in the past what was due by then', async () => {
    const factoryId = await f.factory()
    await f.sell(factoryId, 100_000, 12)
    await f.sell(factoryId, 100_000, 8)
    const through = jakartaDate(secondsAfter(f.laku.clock.now(), -4 * 86_400))
    const { settlements } = await f.run({ factoryId, through })
    expect(settlements).toEqual([expect.objectContaining({ through, items: 1 })])
  })
})

it('is paid again one, two and three hours after a failure that passes, and not after others', () => {
  const after = (failureCode: string, retryable: boolean, payouts: number) =>
    retryAfterFailure(failureCode, retryable, payouts, { payoutTries: 5 })
  expect([1, 2, 3, 4, 5].map((payouts) => after('REJECTED_BY_CHANNEL', true, payouts))).toEqual([
    ...[3_600, 7_200, 10_800, 10_800],
    undefined,
  ])
  // Incoming money is settled days later, so the number of attempts does not matter for this failure.
  expect([1, 5, 40].map((payouts) => after('INSUFFICIENT_BALANCE', true, payouts))).toEqual([
    ...[3_600, 10_800, 10_800],
  ])
  expect(after('INVALID_DESTINATION', false, 1)).toBeUndefined()
  expect(after('CANCELLED', true, 1)).toBeUndefined()
})
