import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, someone } from '../../../../test/laku.ts'
import { waitForLock } from '../../../../test/locked.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../../test/settlements.ts'
import { refusal } from '../../../../test/storefront.ts'
import { good } from '../../../../test/wallets.ts'
import { updateFactory } from '../../factory/index.ts'
import { type Actor, lockRows, newId, personOf, runChecks } from '../../kernel/index.ts'
import { balanceIdr, credit, debit, post } from '../../ledger/index.ts'
import { allowOverLimit } from '../../ops/limits.ts'
import { transfersOf } from '../../payout/bank-batches/read-batches.ts'
import {
  cancelBatch,
  confirmBatch,
  correctReference,
  dropEmptyBatch,
  handOutBatch,
  listBatches,
  makeBatch,
  payoutChecks,
  remindBatches,
  showBatch,
} from '../../payout/index.ts'
import { showSuspense } from '../../suspense/index.ts'
import { activateUser, suspendUser } from '../../user/index.ts'
import {
  approveWithdrawal,
  claimWithdrawalsForBank,
  ensureWallets,
  lockWallets,
  rejectUnsent,
  rejectWithdrawal,
  requestWithdrawal,
  retryWithdrawal,
  stopDestination,
  walletChecks,
} from '../../wallet/index.ts'
import { claimForBank, holdSettlement, paySettlement, retrySettlement, voidSettlement } from '../index.ts'

const wati: Actor = someone({ name: 'wati', role: 'finance' })

describe('issue 11, case 5: a bank transfer is a channel like the other', () => {
  let f: SettlementFixture
  beforeAll(async () => {
    f = await openSettlementFixture({ policy: { aloneDayIdr: 1_500_000, aloneWeekIdr: 3_000_000 } })
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const approved = async (goodsIdr = 100_000) => {
    const factoryId = await f.factory('131313')
    const sold = await f.sell(factoryId, goodsIdr)
    const code = await f.settled(factoryId)
    await f.approve(code)
    return { code, factoryId, sold }
  }
  /** Does what `laku settle export` does: claims settlements and hands the file out, unless `keep` is set. */
  const exported = (settlements: string[] = [], { actor = budi, keep = false } = {}) =>
    f.laku.as(actor, async (work) => {
      let id: string | undefined
      const batch = async () => (id ??= await makeBatch(work))
      const { codes, leftOut } = await claimForBank(work, { batch, settlements })
      const file = id && (await (keep ? transfersOf : handOutBatch)(work, id))
      return {
        codes,
        leftOut,
        transfers: file ? file.transfers : [],
        batch: id ? String((await showBatch(work, id)).number) : '',
      }
    })
  const as = <T>(actor: Actor, use: Parameters<typeof f.laku.as<T>>[1]) => f.laku.as(actor, use)
  const show = (batch: string) => as(budi, (work) => showBatch(work, batch))
  const confirm = (batch: string, reference: string) =>
    as(budi, (work) => confirmBatch(work, { batch, reference }))
  /** Wati took no file, so she may say what the bank rejected or sent back. */
  const reject = (batch: string, code: string, actor: Actor = wati) =>
    as(actor, (work) => confirmBatch(work, { batch, words: [{ code, verdict: 'rejected' }] }))
  const cancel = (batch: string, actor: Actor) =>
    as(actor, (work) => cancelBatch(work, { batch, reason: 'a test' }))
  const balance = (key: 'bank' | 'bank-transfers-in-flight' | 'gateway') =>
    f.laku.system((work) => balanceIdr(work.tx, key))

  it('claims what pay would pay and nothing else, once', async () => {
    const good_ = await approved()
    const calculatedFor = await f.factory('131313')
    await f.sell(calculatedFor)
    const calculated = await f.settled(calculatedFor)
    const [held, changed, suspended, underWay, paidOne] = [
      await approved(),
      await approved(),
      await approved(),
      await approved(),
      await approved(),
    ]
    await as(budi, (work) => holdSettlement(work, { settlement: held.code, reason: 'a test' }))
    await f.refund(changed.sold, 10_000)
    await f.suspend(suspended.factoryId)
    await f.pay(underWay.code)
    await f.pay(paidOne.code)
    await f.submit(paidOne.code)
    await f.outcome(paidOne.code, 'SUCCEEDED')
    await f.hear(paidOne.code)
    const voidFor = await f.factory('131313')
    await f.sell(voidFor)
    const voided = await f.settled(voidFor)
    await as(budi, (work) => voidSettlement(work, { settlement: voided, reason: 'a test' }))
    for (const { code } of [held, paidOne])
      expect(await refusal(exported([code]))).toBe('kernel.illegal_transition')
    for (const code of [calculated, voided])
      expect(await refusal(exported([code]))).toBe('kernel.illegal_transition')
    expect(await refusal(exported([underWay.code]))).toBe('settlement.payout_under_way')

    const first = await exported()
    expect(first.codes).toEqual([good_.code])
    expect(first.transfers).toMatchObject([{ code: good_.code, accountNumber: '131313', amountIdr: 95_000 }])
    expect(first.leftOut.map(({ why }) => why).toSorted()).toEqual(
      ['settlement.factory_suspended', 'settlement.payout_under_way', 'settlement.plan_changed'].toSorted(),
    )
    expect((await f.see(changed.code)).status).toBe('on_hold')
    expect(await exported()).toMatchObject({ codes: [], batch: '' })
    expect(await refusal(exported([good_.code]))).toBe('kernel.illegal_transition')
    expect(await refusal(f.pay(good_.code))).toBe('kernel.illegal_transition')
    expect((await f.see(good_.code)).status).toBe('submitted')
    expect(await balance('bank-transfers-in-flight')).toBe(95_000)

    const before = { bank: await balance('bank'), gateway: await balance('gateway') }
    const done = await confirm(first.batch, 'BCA 2026/000123')
    expect(done).toMatchObject({ status: 'done', openIdr: 0, reference: 'BCA 2026/000123' })
    expect((await f.see(good_.code)).status).toBe('paid')
    expect(await balance('bank')).toBe(before.bank - 95_000)
    expect(await balance('gateway')).toBe(before.gateway)
    expect(await balance('bank-transfers-in-flight')).toBe(0)
    // A second reference of a finished batch would book nothing, and would be used up.
    expect(await refusal(confirm(first.batch, 'BCA 2026/000124'))).toBe('kernel.illegal_transition')
    expect(await refusal(exported([good_.code]))).toBe('kernel.illegal_transition')
  })

  it('a race of two exports and a payment pays once', async () => {
    const { code } = await approved()
    const outcomes = await Promise.all([
      refusal(exported([code])),
      refusal(exported([code])),
      refusal(as(sinta, (work) => paySettlement(work, { settlement: code }))),
    ])
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1)
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from payouts p join settlements s on s.id = p.subject_id where s.code = ${code}`.execute(
      f.laku.db,
    )
    expect(rows[0]?.n).toBe(1)
    const { data } = await as(budi, ({ tx }) => listBatches(tx, { status: 'handed_out', limit: 10 }))
    for (const { number } of data) await confirm(String(number), `RACE ${number}`)
  })

  it('each line by its own word: paid by a reference that nothing else has, rejected to be paid again', async () => {
    const [one, two, three] = [await approved(), await approved(), await approved(300_000_000)]
    const { batch } = await exported([one.code, two.code, three.code])
    const say = (words: Parameters<typeof confirmBatch>[1]['words']) =>
      as(budi, (work) => confirmBatch(work, { batch, words }))
    expect(
      await refusal(say([{ code: one.code, verdict: 'paid', reference: 'X 777 1', amountIdr: 94_999 }])),
    ).toBe('payout.amount_differs')
    expect(await refusal(say([{ code: 'STL-000000-NOBODY', verdict: 'paid', reference: 'X 777 1' }]))).toBe(
      'payout.line_not_in_batch',
    )
    expect(await refusal(say([{ code: one.code, verdict: 'paid' }]))).toBe('payout.reference_needed')
    const both = say([
      { code: one.code, verdict: 'paid', reference: 'X 777 1', amountIdr: 95_000 },
      { code: two.code, verdict: 'paid', reference: 'x-7771' },
    ])
    expect(await refusal(both)).toBe('payout.reference_used')
    const done = await say([
      { code: one.code.toLowerCase().replaceAll('-', '\u2011'), verdict: 'paid', reference: 'X 777 1' },
      { code: two.code, verdict: 'rejected' },
    ])
    expect(done).toMatchObject({ status: 'handed_out', openIdr: 285_000_000 })
    expect([(await f.see(one.code)).status, (await f.see(two.code)).status]).toEqual(['paid', 'failed'])
    await reject(batch, three.code)
    expect((await show(batch)).status).toBe('done')
    // The provider sends the money; if it does not send this amount, the bank does.
    expect((await as(budi, (work) => retrySettlement(work, { settlement: two.code }))).status).toBe(
      'approved',
    )
    expect(await refusal(as(budi, (work) => retrySettlement(work, { settlement: three.code })))).toBe(
      'payout.outside_channel_limits',
    )
    const again = await exported([` ${three.code.toLowerCase().replace('stl', '\uff33TL')}`])
    expect(again.codes).toEqual([three.code])
    expect(await refusal(confirm(again.batch, 'X7771'))).toBe('payout.reference_used')
    await confirm(again.batch, 'X 7772')
    // The bank sends the money back days later.
    await reject(again.batch, three.code)
    expect((await f.see(three.code)).status).toBe('reversed')
    expect(await balance('bank-transfers-in-flight')).toBe(0)
  })

  it('is taken back before the file left by anybody, after it by another person, and never once the bank has spoken', async () => {
    const { code } = await approved()
    const kept = await exported([code], { keep: true })
    expect(await refusal(confirm(kept.batch, 'K 10001'))).toBe('kernel.illegal_transition')
    expect((await cancel(kept.batch, budi)).status).toBe('cancelled')
    expect((await f.see(code)).status).toBe('approved')
    const out = await exported([code])
    expect(await refusal(cancel(out.batch, budi))).toBe('payout.batch_same_person')
    expect((await cancel(out.batch, sinta)).status).toBe('cancelled')
    const alone =
      sql`update bank_batches set cancelled_by = handed_out_by where number = ${Number(out.batch)}`.execute(
        f.laku.db,
      )
    await expect(alone).rejects.toMatchObject({ constraint: 'bank_batch_cancelled_by_another' })
    const last = await exported([code])
    await reject(last.batch, code)
    expect(await refusal(cancel(last.batch, sinta))).toBe('kernel.illegal_transition')
    expect(await balance('bank-transfers-in-flight')).toBe(0)
  })

  it('is cancelled by nobody who ever took its file, also where somebody else took it first', async () => {
    const { code } = await approved()
    const out = await exported([code])
    await as(sinta, (work) => handOutBatch(work, out.batch))
    expect(await refusal(cancel(out.batch, budi))).toBe('payout.batch_same_person')
    expect(await refusal(cancel(out.batch, sinta))).toBe('payout.batch_same_person')
    expect((await cancel(out.batch, wati)).status).toBe('cancelled')
    const again = await exported([code])
    await confirm(again.batch, 'TAKEN 9001')
  })

  it('a file has no line of a receiver who was suspended or stopped meanwhile, and no reference pays such a line', async () => {
    const [well, suspended] = [await approved(), await approved()]
    const kept = await exported([well.code, suspended.code], { keep: true })
    await f.suspend(suspended.factoryId)
    const file = () => as(budi, (work) => handOutBatch(work, kept.batch))
    expect(await file()).toMatchObject({
      transfers: [{ code: well.code }],
      leftOut: [{ code: suspended.code, why: 'payout.line_held' }],
    })
    expect(await confirm(kept.batch, 'HELD 8001')).toMatchObject({ status: 'handed_out', openIdr: 95_000 })
    expect((await f.see(suspended.code)).status).toBe('submitted')
    await as(admin, (work) => updateFactory(work, { factoryId: suspended.factoryId, status: 'active' }))
    expect((await file()).transfers).toMatchObject([{ code: suspended.code }])
    // Now the bank may have the line. So a later file without it does not say that the line may be rejected.
    await f.suspend(suspended.factoryId)
    expect((await file()).leftOut).toEqual([{ code: suspended.code, why: 'payout.line_at_bank' }])
    await as(budi, (work) =>
      confirmBatch(work, {
        batch: kept.batch,
        words: [{ code: suspended.code, verdict: 'paid', reference: 'HELD 8002' }],
      }),
    )
    expect((await show(kept.batch)).status).toBe('done')
    // The same for users: one is suspended, and the bank account of another is stopped.
    const [user, stopped] = [await byHand(6_000), await byHand(7_000)]
    f.laku.clock.shift(25 * 3600)
    const batch = await as(budi, async (work) => {
      const id = await makeBatch(work)
      await claimWithdrawalsForBank(work, { batch: async () => id })
      return id
    })
    await as(admin, (work) => suspendUser(work, { userId: user.userId, reason: 'a test' }))
    await f.laku.system(async (work) => {
      const own = work.tx.selectFrom('withdrawals').select('destinationId').where('id', '=', stopped.id)
      const { destinationId } = await own.executeTakeFirstOrThrow()
      await stopDestination(work, destinationId)
      await rejectUnsent(work, destinationId)
    })
    const ofUsers = await as(budi, (work) => handOutBatch(work, batch))
    expect(ofUsers.transfers).toEqual([])
    // No line of this batch is in its file. So the reference confirms nothing, and stays free.
    expect(await refusal(confirm(batch, 'HELD 8003'))).toBe('payout.no_line_in_file')
    expect(ofUsers.leftOut.map(({ code }) => code).toSorted()).toEqual([user.code, stopped.code].toSorted())
    for (const userId of [user.userId, stopped.userId]) {
      if (userId !== user.userId) await as(admin, (work) => suspendUser(work, { userId, reason: 'a test' }))
      await as(admin, (work) => activateUser(work, { userId }))
    }
    const afterwards = await as(budi, (work) => handOutBatch(work, batch))
    expect(afterwards.transfers.map(({ code }) => code)).toEqual([user.code])
    await reject(batch, stopped.code)
    await confirm(batch, 'HELD 8003')
  })

  it('a bank reference in full-width letters and digits is the same reference', async () => {
    const [one, two] = [await approved(), await approved()]
    const first = await exported([one.code])
    const second = await exported([two.code])
    await confirm(first.batch, 'BCA 2026 0011')
    expect(await refusal(confirm(second.batch, '\uff22\uff23\uff21 2026 \uff10\uff10\uff11\uff11'))).toBe(
      'payout.reference_used',
    )
    expect(await refusal(confirm(second.batch, 'BCA 2026 \uff10\uff10\uff11\uff11'))).toBe(
      'payout.reference_used',
    )
    await confirm(second.batch, 'BCA 2026 0012')
  })

  it('a mistyped reference is put right, and blocks no other batch that has it rightly', async () => {
    const [one, two, three] = [await approved(), await approved(), await approved()]
    const wrong = await exported([one.code])
    const right = await exported([two.code])
    const third = await exported([three.code])
    await confirm(wrong.batch, 'T 4002')
    expect(await refusal(confirm(right.batch, 'T 4002'))).toBe('payout.reference_used')
    const correct = (reference: string, to?: string) =>
      as({ ...budi, reason: 'mistyped' } as Actor, (work) => correctReference(work, { reference, to }))
    expect(
      await refusal(as(budi, (work) => correctReference(work, { reference: 'T4002', to: 'T 4001' }))),
    ).toBe('kernel.reason_required')
    expect(await refusal(correct('T 4009', 'T 4001'))).toBe('payout.reference_unknown')
    expect(await refusal(correct('T 4002'))).toBe('payout.reference_in_use')
    expect(await correct('t-4002', 'T 4001')).toMatchObject({ was: 'T 4002', of: { code: wrong.batch } })
    expect((await show(wrong.batch)).reference).toBe('T 4001')
    await confirm(right.batch, 'T 4002')
    // A line was recorded as paid by mistake: it is rejected, and its bank reference can be used again.
    await as(budi, (work) =>
      confirmBatch(work, {
        batch: third.batch,
        words: [{ code: three.code, verdict: 'paid', reference: 'T 4003' }],
      }),
    )
    expect(await refusal(correct('T 4003'))).toBe('payout.reference_in_use')
    await reject(third.batch, three.code)
    expect(await correct('T 4003')).toMatchObject({ reference: null })
    const again = await exported([three.code])
    await confirm(again.batch, 'T 4003')
    expect((await f.see(three.code)).status).toBe('paid')
  })

  it('paid after all, it is paid by that; beside another payment it lies in suspense', async () => {
    const paidAfterAll = (batch: string, code: string, reference: string) =>
      as(budi, (work) => confirmBatch(work, { batch, words: [{ code, verdict: 'paid', reference }] }))
    // A settlement was rejected and waits to be paid again.
    const rejected = await approved()
    const first = await exported([rejected.code])
    await reject(first.batch, rejected.code)
    await paidAfterAll(first.batch, rejected.code, 'AFTER 1001')
    expect((await f.see(rejected.code)).status).toBe('paid')
    expect(await refusal(exported([rejected.code]))).toBe('kernel.illegal_transition')
    expect(await refusal(paidAfterAll(first.batch, rejected.code, 'AFTER 1002'))).toBe('payout.line_decided')
    // The payment came back, and the settlement was paid once more.
    await reject(first.batch, rejected.code)
    expect((await f.see(rejected.code)).status).toBe('reversed')
    await paidAfterAll(first.batch, rejected.code, 'AFTER 1003')
    expect((await f.see(rejected.code)).status).toBe('paid')
    // The batch was cancelled, but the bank paid it all the same.
    const cancelled = await approved()
    const taken = await exported([cancelled.code])
    await cancel(taken.batch, sinta)
    await paidAfterAll(taken.batch, cancelled.code, 'AFTER 2001')
    expect((await f.see(cancelled.code)).status).toBe('paid')
    expect(await refusal(f.pay(cancelled.code))).toBe('kernel.illegal_transition')
    // The settlement was paid again meanwhile. The second payment is in suspense, and the bank sends it back.
    const twice = await approved()
    const before = await balance('bank')
    const one = await exported([twice.code])
    await reject(one.batch, twice.code)
    const two = await exported([twice.code])
    await confirm(two.batch, 'AFTER 3001')
    await paidAfterAll(one.batch, twice.code, 'AFTER 3002')
    expect(await balance('bank')).toBe(before - 190_000)
    const item = await f.laku.system(({ tx }) => showSuspense(tx, `${twice.code}-1`))
    expect(item).toMatchObject({ amountIdr: 95_000, factoryId: twice.factoryId, status: 'open' })
    expect(await f.broken()).toEqual([])
    await reject(one.batch, twice.code)
    expect(await balance('bank')).toBe(before - 95_000)
    expect((await f.laku.system(({ tx }) => showSuspense(tx, item.id))).status).toBe('cleared')
    expect((await f.see(twice.code)).status).toBe('paid')
    // A payment arrived beside another one, and the other one was rejected. The settlement is paid by the
    // payment that arrived.
    const beside = await approved()
    const old = await exported([beside.code])
    await reject(old.batch, beside.code)
    const newer = await exported([beside.code])
    await paidAfterAll(old.batch, beside.code, 'AFTER 4001')
    expect((await f.see(beside.code)).status).toBe('submitted')
    await reject(newer.batch, beside.code)
    expect((await f.see(beside.code)).status).toBe('paid')
    expect(await f.balance(`suspense:${beside.code}-1`)).toBe(0)
    expect(await balance('bank')).toBe(before - 190_000)
  })

  it('one person who took the file pays nothing twice: another one says that it came back, and each payment counts', async () => {
    const countsOf = async (kind: string) =>
      (
        await f.laku.db
          .selectFrom('limitUses')
          .select(['kind', 'person', 'secondPerson', 'amountIdr', 'undoneAt'])
          .where('kind', '=', kind)
          .where('receiver', '=', `factory:${one.factoryId}`)
          .orderBy('usedAt')
          .execute()
      ).map(({ undoneAt, ...use }) => ({ ...use, counts: undoneAt === null }))
    const pay = (batch: string, reference: string, code: string) =>
      as(budi, (work) => confirmBatch(work, { batch, words: [{ code, verdict: 'paid', reference }] }))
    const one = await approved()
    const first = await exported([one.code])
    await confirm(first.batch, 'ALONE 1001')
    const alone = () => reject(first.batch, one.code, budi)
    expect(await refusal(alone())).toBe('kernel.second_person_needed')
    const { factor: _, ...unproven } = someone({ name: 'wati', role: 'finance' })
    expect(await refusal(reject(first.batch, one.code, unproven))).toBe('kernel.second_factor_needed')
    await reject(first.batch, one.code)
    const bySecond = { person: personOf(budi), secondPerson: personOf(wati), amountIdr: 95_000 }
    expect(await countsOf('settlement_returned')).toMatchObject([{ ...bySecond, counts: true }])
    // It was a mistake: the line takes its own reference again, and the one of its batch.
    await pay(first.batch, 'ALONE 1001', one.code)
    expect(await countsOf('settlement_returned')).toMatchObject([{ counts: false }])
    await reject(first.batch, one.code)
    await pay(first.batch, 'ALONE 1002', one.code)
    await reject(first.batch, one.code)
    await pay(first.batch, 'alone-1002', one.code)
    // It came back after all. A second person may allow the word of the first before.
    const id = (await f.payoutOf(one.code)).id
    await as(sinta, (work) =>
      allowOverLimit(work, { kind: 'settlement_returned', subjectId: id, amountIdr: 95_000, reason: 'seen' }),
    )
    await alone()
    const said = { person: personOf(budi), secondPerson: personOf(sinta), counts: true }
    expect(await countsOf('settlement_returned')).toMatchObject([said])
    const second = await exported([one.code])
    await confirm(second.batch, 'ALONE 1003')
    // Sinta calculated it and budi approved it. The second payment follows from the word of budi alone.
    expect(await countsOf('settlement')).toMatchObject([
      { person: personOf(sinta), secondPerson: personOf(budi), amountIdr: 95_000, counts: true },
      { person: personOf(budi), secondPerson: null, amountIdr: 95_000, counts: true },
    ])
    // The provider says that it paid nothing. Then the earlier approval stops counting.
    const failed = await f.factory('131313')
    await f.sell(failed)
    const paying = await f.paying(failed)
    await f.outcome(paying, 'FAILED')
    await f.hear(paying)
    await as(wati, (work) => retrySettlement(work, { settlement: paying }))
    const { rows } = await sql<{ counts: boolean; second: string | null }>`
      select undone_at is null as counts, second_person as second from limit_uses
      where kind = 'settlement' and receiver = ${`factory:${failed}`} order by used_at`.execute(f.laku.db)
    expect(rows).toEqual([
      { counts: false, second: personOf(budi) },
      { counts: true, second: personOf(wati) },
    ])
  })

  it('what a person says was rejected of their own file counts in the limit of gifts, and the database asks for the count', async () => {
    const large = await approved(2_000_000)
    const { batch } = await exported([large.code])
    expect(await refusal(reject(batch, large.code, budi))).toBe('kernel.second_person_needed')
    const uncounted = sql`
      update payouts set status = 'failed', failure_code = 'BANK_REJECTED' where key = ${`${large.code}-1`}`
    await expect(uncounted.execute(f.laku.db)).rejects.toMatchObject({ constraint: 'limit_counted' })
    await reject(batch, large.code)
    expect((await as(budi, (work) => retrySettlement(work, { settlement: large.code }))).status).toBe(
      'approved',
    )
  })

  it('a line whose account no key opens, or whose bank takes no more, is left out, and the others go', async () => {
    const [good_, unreadable, gone, later] = [
      await approved(),
      await approved(),
      await approved(),
      await approved(),
    ]
    const spoil = (table: string, column: string, id: string) =>
      sql`update ${sql.table(table)} set account_number = 'AAAA' where ${sql.ref(column)} = ${id}::uuid`.execute(
        f.laku.db,
      )
    await spoil('factory_bank_accounts', 'factory_id', unreadable.factoryId)
    await sql`update factory_bank_accounts set channel_code = 'ID_NOWHERE' where factory_id = ${gone.factoryId}`.execute(
      f.laku.db,
    )
    const [lost, well] = [await byHand(6_000), await byHand(6_000)]
    await spoil('withdrawal_destinations', 'user_id', lost.userId)
    f.laku.clock.shift(25 * 3600)
    const wanted = (kind: string, id: string) =>
      f.laku.db
        .selectFrom('attention')
        .select('message')
        .where('kind', '=', 'item_set_aside')
        .where('subjectKind', '=', kind)
        .where('subjectId', '=', id)
        .where('resolvedAt', 'is', null)
        .execute()
    const made = await as(budi, async (work) => {
      let id: string | undefined
      const batch = async () => (id ??= await makeBatch(work))
      const ofFactories = await claimForBank(work, { batch, settlements: [] })
      const ofUsers = await claimWithdrawalsForBank(work, { batch })
      return { id: id as string, ofFactories, ofUsers }
    })
    expect(made.ofFactories.codes.toSorted()).toEqual([good_.code, later.code].toSorted())
    expect(made.ofFactories.leftOut).toContainEqual({
      code: gone.code,
      why: 'kernel.payout_channel_unknown',
    })
    expect(made.ofFactories.leftOut).toContainEqual({ code: unreadable.code, why: 'payout.line_set_aside' })
    expect(made.ofUsers).toEqual({
      codes: [well.code],
      leftOut: [{ code: lost.code, why: 'payout.line_set_aside' }],
    })
    expect(await wanted('settlement', (await f.see(unreadable.code)).id)).toHaveLength(1)
    expect(await wanted('withdrawal', lost.id)).toHaveLength(1)
    // Staff can list and reject a withdrawal whose bank account cannot be decrypted.
    expect((await as(budi, (work) => rejectWithdrawal(work, { withdrawal: lost.id }))).account).toBe(
      'unreadable',
    )
    // The key is lost after the batch was made. The line is not in the file, and staff can reject it.
    const line = await f.payoutOf(later.code)
    await spoil('payouts', 'id', line.id)
    const file = await as(budi, (work) => handOutBatch(work, made.id))
    expect(file.transfers.map(({ code }) => code).toSorted()).toEqual([good_.code, well.code].toSorted())
    expect(file.leftOut).toEqual([{ code: later.code, why: 'payout.line_set_aside' }])
    expect(await wanted('payout', line.id)).toHaveLength(1)
    await reject(made.id, later.code)
    expect((await f.see(later.code)).status).toBe('failed')
    await confirm(made.id, 'UNREAD 1001')
    expect((await f.see(good_.code)).status).toBe('paid')
    // A batch whose only line was left out is deleted.
    const isDropped = await as(budi, async (work) => {
      const id = await makeBatch(work)
      await claimForBank(work, { batch: async () => id, settlements: [gone.code] })
      return await dropEmptyBatch(work, id)
    })
    expect(isDropped).toBe(true)
  })

  it('one that nobody confirms is told to a person', async () => {
    const { code } = await approved()
    const { batch } = await exported([code])
    const open = async () => {
      await f.laku.system(remindBatches)
      const { id } = await show(batch)
      const rows = await f.laku.db
        .selectFrom('attention')
        .select('command')
        .where('subjectId', '=', id)
        .where('resolvedAt', 'is', null)
        .execute()
      return rows.map((row) => row.command)
    }
    expect(await open()).toEqual([])
    f.laku.clock.shift(49 * 3600)
    expect(await open()).toEqual([`laku settle batches confirm ${batch} --reference REFERENCE`])
    await confirm(batch, 'R 20001')
    expect(await open()).toEqual([])
    expect(
      (await as(budi, ({ tx }) => listBatches(tx, { status: 'handed_out', limit: 10 }))).data.map(
        ({ number }) => String(number),
      ),
    ).not.toContain(batch)
  })

  /** Makes a withdrawal that is too small for the provider. */
  const byHand = async (amountIdr: number, of?: string) => {
    const userId = of ?? ((await f.market.buyers(1))[0]?.id as string)
    await f.laku.system(async (work) => {
      await ensureWallets(work, [userId])
      const entries = [debit('subsidy', amountIdr), credit(`wallet:${userId}`, amountIdr, { userId })]
      await post(work, [{ key: newId(), kind: 'refund.decided', subject: ['user', userId], entries }])
    })
    const { id, code } = await as({ kind: 'customer', id: userId }, (work) =>
      requestWithdrawal(work, { amountIdr, bank: good, otpVerifiedAt: work.now }),
    )
    return { id, code, userId }
  }

  it('withdrawals that are too small for the provider go by the same door', async () => {
    const withdrawal = await byHand(6_000)
    const two = await byHand(5_000, withdrawal.userId)
    f.laku.clock.shift(25 * 3600)
    await as(budi, (work) => approveWithdrawal(work, { withdrawal: two.code, byHand: 'HAND 30001' }))
    const batch = await as(budi, async (work) => {
      const id = await makeBatch(work)
      expect((await claimWithdrawalsForBank(work, { batch: async () => id })).codes).toEqual([
        withdrawal.code,
      ])
      await handOutBatch(work, id)
      return String((await showBatch(work, id)).number)
    })
    const hand = as(budi, (work) =>
      approveWithdrawal(work, { withdrawal: withdrawal.code, byHand: 'HAND 30002' }),
    )
    expect(await refusal(hand)).toBe('kernel.illegal_transition')
    expect(await balance('bank-transfers-in-flight')).toBe(6_000)
    expect(await refusal(confirm(batch, 'hand-30001'))).toBe('payout.reference_used')
    await confirm(batch, 'HAND 30003')
    const row = f.laku.db.selectFrom('withdrawals').select('status').where('id', '=', withdrawal.id)
    expect((await row.executeTakeFirstOrThrow()).status).toBe('succeeded')
    expect(await balance('bank-transfers-in-flight')).toBe(0)
    const bank = await balance('bank')
    // A rejection gives money to a wallet, so it counts against the person's limits. It waits for the wallet
    // before it takes those limits. Otherwise it would wait in a circle with a person who has the wallet.
    const isReturnCounted = async () => {
      const use = f.laku.db
        .selectFrom('limitUses')
        .select('undoneAt')
        .where('subjectId', '=', withdrawal.id)
        .where('kind', '=', 'withdrawal_returned')
      return (await use.executeTakeFirst())?.undoneAt === null
    }
    let rejected: Promise<unknown> | undefined
    await f.laku.system(async (work) => {
      await lockWallets(work, [withdrawal.userId])
      rejected = reject(batch, withdrawal.code)
      await waitForLock(f.laku)
      const { rows } = await sql<{ isFree: boolean }>`
        select pg_try_advisory_xact_lock(hashtextextended(${`limit given r user:${withdrawal.userId}`}, 0)) as is_free`.execute(
        work.tx,
      )
      expect(rows).toEqual([{ isFree: true }])
    })
    await rejected
    expect(await isReturnCounted()).toBe(true)
    const words = [{ code: withdrawal.code, verdict: 'paid' as const, reference: 'HAND 30004' }]
    await as(budi, (work) => confirmBatch(work, { batch, words }))
    expect((await row.executeTakeFirstOrThrow()).status).toBe('succeeded')
    expect(await balance('bank')).toBe(bank)
    expect(await isReturnCounted()).toBe(false)
    // The checks find that somebody deleted the references of paid transfers in order to use them again.
    const undo = new Error('undo')
    const found = await f.laku
      .system(async ({ tx }) => {
        await sql`delete from bank_references`.execute(tx)
        const broken = (await runChecks([...payoutChecks, ...walletChecks], tx, f.laku.vault)).filter(
          ({ ok }) => !ok,
        )
        throw Object.assign(undo, { broken })
      })
      .catch((error: typeof undo & { broken?: { name: string }[] }) => error.broken)
    expect(found?.map(({ name }) => name)).toEqual([
      'every bank transfer that was paid has a bank reference',
      'every withdrawal paid by hand has its bank reference',
    ])
  })

  it('all tries of a withdrawal are locked before a limit is asked, also the retry of its retry', async () => {
    const batchOf = () =>
      as(budi, async (work) => {
        const id = await makeBatch(work)
        await claimWithdrawalsForBank(work, { batch: async () => id })
        await handOutBatch(work, id)
        return String((await showBatch(work, id)).number)
      })
    const retry = (withdrawal: string) => as(sinta, (work) => retryWithdrawal(work, { withdrawal }))
    const [first, other] = [await byHand(6_000), await byHand(7_000)]
    f.laku.clock.shift(25 * 3600)
    const batch = await batchOf()
    await reject(batch, first.code)
    const second = await retry(first.code)
    await reject(await batchOf(), second.code)
    const third = await retry(second.code)
    // The first transfer arrives after all, which takes the third try back; the rejection takes a limit.
    const words = [
      { code: first.code, verdict: 'paid' as const, reference: 'HAND 40001' },
      { code: other.code, verdict: 'rejected' as const },
    ]
    let heard: Promise<unknown> | undefined
    await f.laku.system(async (work) => {
      await lockRows(work.tx, { withdrawal: { id: [third.id] } })
      heard = as(budi, (inner) => confirmBatch(inner, { batch, words }))
      await waitForLock(f.laku)
      const { rows } = await sql<{ isFree: boolean }>`
        select pg_try_advisory_xact_lock(hashtextextended(${`limit given r user:${other.userId}`}, 0)) as is_free`.execute(
        work.tx,
      )
      expect(rows).toEqual([{ isFree: true }])
    })
    await heard
    const statusOf = async (id: string) =>
      (
        await f.laku.db
          .selectFrom('withdrawals')
          .select('status')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).status
    expect(await Promise.all([first.id, second.id, third.id, other.id].map(statusOf))).toEqual([
      'succeeded',
      'failed',
      'rejected',
      'failed',
    ])
  })
})
