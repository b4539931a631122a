import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runLaku } from '../../../test/command-line.ts'
import { sandboxControl } from '../../../test/control.ts'
import { query } from '../../../test/global-setup.ts'
import { giveGoodwill } from '../../../test/goodwill.ts'
import { someone, system } from '../../../test/laku.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../test/settlements.ts'
import { enrol, hire } from '../../../test/staff.ts'
import { customer, refusal, Storefront } from '../../../test/storefront.ts'
import { good } from '../../../test/wallets.ts'
import { buildServer } from '../../http/server.ts'
import { type Actor, DomainError, newId } from '../kernel/index.ts'
import { factoryAccount, walletAccount } from '../ledger/index.ts'
import { allowOverLimit, type LimitedKind, listLimits, takeLimit } from '../ops/index.ts'
import { acceptReturn, cancelOrder, getReturn, requestReturn, setOrderStatus } from '../order/index.ts'
import {
  createRefund,
  decideSuspense,
  disposeSuspense,
  readProviderBook,
  recordChargeback,
} from '../payment/index.ts'
import { createPayout } from '../payout/index.ts'
import { approveSettlement, holdSettlement, releaseSettlement, writeOffDebt } from '../settlement/index.ts'
import { putIntoSuspense, showSuspense } from '../suspense/index.ts'
import {
  adjustWallet,
  approveWithdrawal,
  decideAdjustment,
  requestWithdrawal,
  returnByHand,
} from '../wallet/index.ts'
import { choreography } from './choreography.ts'

const limits = {
  aloneDayIdr: 1_000_000,
  aloneWeekIdr: 3_000_000,
  settlementDayIdr: 50_000_000,
  settlementWeekIdr: 150_000_000,
  withdrawalDayIdr: 5_000_000,
  withdrawalWeekIdr: 15_000_000,
}
const DAY_S = 86_400

describe('issue 11, case 8: limits count persons, receivers and time', () => {
  let f: SettlementFixture
  let shop: Storefront
  beforeAll(async () => {
    f = await openSettlementFixture({ choreography, policy: limits })
    shop = await Storefront.open(f.laku)
    await shop.market.addStock(10_000)
  })
  // After eight days, no limit is used any more.
  beforeEach(() => f.laku.clock.shift(8 * DAY_S))
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  let people = 0
  const person = (role: 'support' | 'finance' = 'finance') =>
    someone({ role, name: `person-${++people}`, reason: 'a test' })
  const buyer = async () =>
    (await shop.market.buyers(1))[0] as Awaited<ReturnType<typeof shop.market.buyers>>[0] & {}
  const give = (
    actor: Actor,
    userId: string,
    changeIdr: number,
    kind: 'goodwill' | 'correction' = 'goodwill',
  ) => f.laku.as(actor, (work) => adjustWallet(work, { userId, changeIdr, kind, reason: 'a test' }))
  const statusOf = async (given: ReturnType<typeof give>) => (await given).status

  it('goodwill of a million to each of eight accounts made a minute before: the first, and no more', async () => {
    const clerk = person('support')
    const statuses: string[] = []
    for (let i = 0; i < 8; i++) statuses.push(await statusOf(give(clerk, (await buyer()).id, 1_000_000)))
    expect(statuses).toEqual(['posted', ...Array(7).fill('requested')])
    f.laku.clock.shift(DAY_S + 1)
    expect(await statusOf(give(clerk, (await buyer()).id, 1_000_000))).toBe('posted')
    f.laku.clock.shift(DAY_S + 1)
    expect(await statusOf(give(clerk, (await buyer()).id, 1_000_000))).toBe('posted')
    f.laku.clock.shift(DAY_S + 1)
    // Within seven days the sum is three times the daily limit.
    expect(await statusOf(give(clerk, (await buyer()).id, 1))).toBe('requested')
  })

  it('several persons to one receiver, and one person by several doors, are one sum', async () => {
    const ana = await buyer()
    expect(await statusOf(give(person(), ana.id, 600_000))).toBe('posted')
    expect(await statusOf(give(person('support'), ana.id, 400_001))).toBe('requested')
    expect(await statusOf(give(person(), ana.id, -400_001, 'correction'))).toBe('requested')
    const clerk = person()
    expect(await statusOf(give(clerk, (await buyer()).id, 950_000))).toBe('posted')
    const first = await buyer()
    const { payment } = await shop.paidOrder(first, 3)
    const refund = { payment: payment.id, amountIdr: 60_000, note: 'a test', borneBy: 'company' as const }
    expect((await f.laku.as(clerk, (work) => createRefund(work, refund))).status).toBe('requested')
    // A chargeback that moves to another payment gives its sum to the buyer of the first one.
    const other = (await shop.paidOrder(await buyer(), 3)).payment
    const told = { transactionId: newId(), paymentId: payment.id, amountIdr: 60_000 }
    const tell = (actor: Actor, more: object) =>
      refusal(f.laku.as(actor, (work) => recordChargeback(work, { ...told, ...more })))
    expect(await tell(clerk, {})).toBe('ok')
    expect(await tell(clerk, { paymentId: other.id, isMoved: true })).toBe('kernel.second_person_needed')
    expect(await tell(person(), { paymentId: other.id, isMoved: true })).toBe('ok')
    // It moves once more. What the first buyer got still counts.
    const third = (await shop.paidOrder(await buyer(), 3)).payment
    expect(await tell(person(), { paymentId: third.id, isMoved: true })).toBe('ok')
    expect(await statusOf(give(person(), first.id, 940_001))).toBe('requested')
    // It moves back, step by step. The first buyer has nothing of it any more, so it counts no more.
    const mover = person()
    expect(await tell(mover, { paymentId: other.id, isMoved: true })).toBe('ok')
    expect(await tell(mover, { paymentId: payment.id, isMoved: true })).toBe('ok')
    expect(await statusOf(give(mover, first.id, 940_001))).toBe('posted')
  })

  it('a chargeback that moves to and fro counts for what its buyer kept, and once', async () => {
    const [first, second] = [await buyer(), await buyer()]
    const [{ payment, order }, { payment: other }] = [
      await shop.paidOrder(first, 10),
      await shop.paidOrder(second, 10),
    ]
    const told = { transactionId: newId(), amountIdr: 600_000 }
    const move = (actor: Actor, paymentId: string, isMoved = true) =>
      refusal(f.laku.as(actor, (work) => recordChargeback(work, { ...told, paymentId, isMoved })))
    await f.laku.as(person('support'), (work) => cancelOrder(work, { order: order.id, reason: 'a test' }))
    expect(await move(person(), payment.id, false)).toBe('ok')
    const [one, two] = [person(), person()]
    const usedBy = async (actor: ReturnType<typeof person>) =>
      (await f.laku.system((work) => listLimits(work, { budget: 'given', limit: 1000 }))).find(
        (row) => row.side === 'person' && row.who === actor.id,
      )?.dayIdr ?? 0
    expect(await move(one, other.id)).toBe('ok')
    expect(await usedBy(one)).toBe(600_000)
    expect(await move(one, payment.id)).toBe('ok')
    expect(await usedBy(one)).toBe(0)
    // The first buyer takes the money out of the wallet before the chargeback comes back.
    expect(await move(one, other.id)).toBe('ok')
    const held = await f.balance(walletAccount(first.id))
    expect(held).toBeGreaterThan(600_000)
    const out = { amountIdr: held - 10_000, bank: good, otpVerifiedAt: f.laku.clock.now() }
    await f.laku.as(customer(first), (work) => requestWithdrawal(work, out))
    expect(await move(two, payment.id)).toBe('ok')
    expect(await usedBy(one)).toBe(600_000)
    expect(await usedBy(two)).toBe(0)
    // Once more: one gift counts once, for the person who gave it last.
    expect(await move(two, other.id)).toBe('ok')
    expect([await usedBy(one), await usedBy(two)]).toEqual([0, 600_000])
  })

  it('suspense is one door of the many: slices over it, goodwill and write-offs are one sum, by who acts and by who receives', async () => {
    const [ana, budiS] = [person(), person()]
    const { id: userId } = await buyer()
    const owed = async (amountIdr: number) => {
      const key = `disb-${newId()}`
      await f.laku.system((work) =>
        putIntoSuspense(work, { key, code: key, kind: 'payout', amountIdr, why: 'a test', userId }),
      )
      return key
    }
    const dispose = async (actor: Actor, code: string, to: 'wallet' | 'written_off') =>
      (await f.laku.as(actor, (work) => disposeSuspense(work, code, { to }))).status
    expect(await statusOf(give(ana, (await buyer()).id, 400_000))).toBe('posted')
    expect(await dispose(ana, await owed(400_000), 'written_off')).toBe('written_off')
    expect(await dispose(ana, await owed(-300_000), 'wallet')).toBe('requested')
    expect(await statusOf(give(ana, (await buyer()).id, 300_000))).toBe('requested')
    // Another person gives money to the same receiver.
    expect(await dispose(budiS, await owed(-600_000), 'wallet')).toBe('wallet')
    expect(await statusOf(give(budiS, userId, 100_000))).toBe('requested')
    const slices: string[] = []
    for (let i = 0; i < 4; i++) slices.push(await dispose(person(), await owed(-250_000), 'wallet'))
    expect(slices).toEqual(Array(4).fill('requested'))
    f.laku.clock.shift(DAY_S + 1)
    expect(await dispose(ana, await owed(-300_000), 'wallet')).toBe('wallet')
  })

  it('ten items in suspense that went to one bank account of nobody known are one sum, and so is money sent to somebody unknown', async () => {
    const account = { channelCode: 'ID_BCA', accountNumber: '7007007001' }
    const item = async (amountIdr: number, more: object = {}) => {
      const code = `disb-${newId()}`
      const money = { key: code, code, kind: 'payout', amountIdr, why: 'a test', ...more } as const
      await f.laku.system((work) => putIntoSuspense(work, money))
      return code
    }
    const dispose = async (code: string, to: 'written_off' | 'collected', sentTo?: typeof account) => {
      const asked = { to, ...(to === 'collected' && { reference: `BCA ${code}` }) }
      return (await f.laku.as(person(), (work) => disposeSuspense(work, code, asked, sentTo))).status
    }
    const spelled = ['7007007001', '700-700-7001', ' 700 700 7001 ']
    const gone: string[] = []
    for (let i = 0; i < 10; i++) {
      const receivedBy = { ...account, accountNumber: spelled[i % 3] as string }
      gone.push(await dispose(await item(300_000, { receivedBy }), 'written_off'))
    }
    expect(gone).toEqual([...Array(3).fill('written_off'), ...Array(7).fill('requested')])
    // Money that came in is sent on to the same account by the company's bank.
    expect(await dispose(await item(-300_000), 'collected', account)).toBe('requested')
    const other = { ...account, accountNumber: '7007007002' }
    expect(await dispose(await item(-900_000), 'collected', other)).toBe('collected')
    const respelled = { channelCode: ' id_bca', accountNumber: '700-700 7002' }
    expect(await dispose(await item(-100_001), 'collected', respelled)).toBe('requested')
    const invented = { ...other, channelCode: 'ID_INVENTED' }
    expect(await refusal(dispose(await item(-1_000), 'collected', invented))).toBe(
      'kernel.payout_channel_unknown',
    )
    // The account that the provider named outlives a request and its rejection.
    const back = await item(-300_000, { receivedBy: account })
    for (const sentTo of [undefined, other]) {
      expect(await dispose(back, sentTo ? 'collected' : 'written_off', sentTo)).toBe('requested')
      await f.laku.as(person(), (work) => decideSuspense(work, back, { decision: 'reject' }))
    }
    expect(await dispose(back, 'written_off')).toBe('requested')
    // Money that is sent on without a named account has one limit for all of it.
    expect(await dispose(await item(-900_000), 'collected')).toBe('collected')
    expect(await dispose(await item(-100_001), 'collected')).toBe('requested')
    expect(await refusal(dispose(await item(1_000), 'collected', other))).toBe('suspense.sent_to_nobody')
  })

  it('items that are older than the stored accounts count by the account and the owner of their payout', async () => {
    const destination = { channelCode: 'ID_BCA', accountNumber: '9009009001', accountHolderName: 'PT Uji' }
    const old = async (factoryId: string) => {
      const key = `OLD-${newId()}`
      const subjectId = await f.laku.system((work) =>
        createPayout(work, {
          key,
          purpose: 'settlement',
          subjectId: newId(),
          destination,
          owner: { factoryId },
          amountIdr: 600_000,
        }),
      )
      const money = { key, code: key, kind: 'payout', subjectId, amountIdr: 600_000, why: 'a test' } as const
      await f.laku.system((work) => putIntoSuspense(work, money))
      return key
    }
    const factories = [await f.factory('9009009002'), await f.factory('9009009003')]
    const codes = [await old(factories[0] as string), await old(factories[1] as string)]
    const show = (code: string) => f.laku.system(({ tx }) => showSuspense(tx, code))
    expect(await show(codes[0] as string)).toMatchObject({ factoryId: null, userId: null })
    await query(
      f.laku.ownerUrl,
      await readFile('migrations/0218_old_suspense_names_its_receiver.sql', 'utf8'),
    )
    for (const [nth, code] of codes.entries())
      expect(await show(code)).toMatchObject({ factoryId: factories[nth], userId: null })
    const lose = async (code: string) =>
      (await f.laku.as(person(), (work) => disposeSuspense(work, code, { to: 'written_off' }))).status
    expect(await lose(codes[0] as string)).toBe('written_off')
    expect(await lose(codes[1] as string)).toBe('requested')
    const { stdout } = await runLaku(f.laku, ['suspense', 'show', codes[1] as string])
    expect(stdout).toContain('BCA …9001')
    await query(f.laku.ownerUrl, "delete from payouts where key like '%-OLD-%'")
  })

  it('a wrong offset is taken back by the commands, also after its settlement was paid: each factory ends with its own', async () => {
    const factories = [await f.factory('9109109101'), await f.factory('9109109102')]
    const [wrong, right] = factories as [string, string]
    for (const factoryId of factories) await f.sell(factoryId, 1_000_000)
    const code = 'OFFSET-WRONG'
    await f.laku.system((work) =>
      putIntoSuspense(work, { key: code, code, kind: 'payout', amountIdr: 200_000, why: 'paid twice' }),
    )
    const laku = async (...words: string[]) => {
      const { exitCode, stdout } = await runLaku(f.laku, [...words, '--reason', 'a test', '--json'], person())
      return [exitCode, JSON.parse(stdout).error?.code ?? 'ok']
    }
    const confirm = ['--confirm', code]
    expect(await laku('suspense', 'offset', code, '--factory', wrong, ...confirm)).toEqual([0, 'ok'])
    const paid = async (factoryId: string) => {
      const settlement = await f.paying(factoryId)
      await f.hear(settlement)
      return (await f.see(settlement)).netIdr
    }
    expect(await paid(wrong)).toBe(750_000)
    expect(await laku('suspense', 'undo', code, ...confirm)).toEqual([0, 'ok'])
    expect(await laku('suspense', 'undo', code, ...confirm)).toEqual([5, 'kernel.illegal_transition'])
    expect(await laku('suspense', 'offset', code, '--factory', right, ...confirm)).toEqual([0, 'ok'])
    expect(await paid(wrong)).toBe(200_000)
    expect(await paid(right)).toBe(750_000)
    expect(await Promise.all(factories.map((id) => f.balance(factoryAccount(id))))).toEqual([0, 0])
    expect((await runLaku(f.laku, ['ledger', 'verify'])).exitCode).toBe(0)
  })

  it('a payout made by hand at the provider to an account that laku knows names its receiver, who bears it', async () => {
    const factoryId = await f.factory('8008008001')
    const { id: userId } = await buyer()
    const bank = { ...good, accountNumber: '8008008002' }
    await f.laku.system((work) => giveGoodwill(work, userId, 80_000))
    const asked = { amountIdr: 20_000, bank, otpVerifiedAt: f.laku.clock.now() }
    await f.laku.as({ kind: 'customer', id: userId }, (work) => requestWithdrawal(work, asked))
    const context = { unitOfWork: f.laku.unitOfWork, actor: system, gateway: f.laku.providers.gateway }
    const read = () => readProviderBook({ ...context, payouts: f.payouts })
    await read()
    const byHand = async (key: string, channelCode: string, accountNumber: string) => {
      const destination = { channelCode, accountNumber, accountHolderName: 'PT Uji' }
      const { id } = await f.payouts.createPayout({ key, destination, amountIdr: 30_000, description: 'x' })
      await sandboxControl(f.laku)('POST', `/payouts/${id}`, { status: 'SUCCEEDED', force: true })
    }
    await byHand('by hand 1', 'ID_CIMB', '8008008001')
    await byHand('by hand 2', 'ID_BCA', '8008008002')
    await byHand('by hand 3', 'ID_BCA', '8008008003')
    for (let i = 0; i < 4; i++) {
      f.laku.clock.shift(1_801)
      await read()
    }
    const show = (code: string) => f.laku.system(({ tx }) => showSuspense(tx, code))
    expect(await show('by hand 1')).toMatchObject({ factoryId, userId: null })
    expect(await show('by hand 2')).toMatchObject({ factoryId: null, userId })
    expect(await show('by hand 3')).toMatchObject({ factoryId: null, userId: null })
    const dispose = (code: string, to: 'offset' | 'wallet') =>
      refusal(f.laku.as(person(), (work) => disposeSuspense(work, code, { to })))
    expect(await dispose('by hand 1', 'offset')).toBe('ok')
    const before = await f.balance(`wallet:${userId}`)
    expect(await dispose('by hand 2', 'wallet')).toBe('ok')
    expect(await dispose('by hand 3', 'wallet')).toBe('suspense.no_user')
    expect(await f.balance(factoryAccount(factoryId))).toBe(-30_000)
    expect(await f.balance(`wallet:${userId}`)).toBe(before - 30_000)
  })

  it('two approvals at once by one person do not both pass', async () => {
    const clerk = person()
    const [ana, rian] = [await buyer(), await buyer()]
    const both = await Promise.all([give(clerk, ana.id, 700_000), give(clerk, rian.id, 700_000)])
    expect(both.map((adjustment) => adjustment.status).toSorted()).toEqual(['posted', 'requested'])
  })

  it('a return of more than one person may refund needs another one, who is not the same', async () => {
    const ana = await buyer()
    await f.laku.system((work) => giveGoodwill(work, ana.id, 9_000_000))
    const { order } = await shop.order(ana, 100, { paymentMethod: 'wallet' })
    for (const status of ['processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered'] as const)
      await f.laku.system((work) => setOrderStatus(work, { order: order.id, status }))
    const items = [{ orderItemId: order.items[0]?.id as string, quantity: 100 }]
    await f.laku.as(customer(ana), (work) =>
      requestReturn(work, { order: order.id, reason: 'defective', note: 'broken', items }),
    )
    const view = await f.laku.system((work) => getReturn(work, order.code))
    const clerk = person('support')
    const accept = (actor: Actor) =>
      refusal(
        f.laku.as(actor, (work) =>
          acceptReturn(work, { return: view.id, writtenOff: [items[0]?.orderItemId as string] }),
        ),
      )
    expect(await accept(clerk)).toBe('kernel.second_person_needed')
    const allow = (actor: Actor, amountIdr: number) =>
      f.laku.as(actor, (work) => allowOverLimit(work, { kind: 'return', subjectId: view.id, amountIdr }))
    const other = { ...(await hire(f.laku, 'finance')), reason: 'a test' }
    await allow(other, 5_999_999)
    expect(await accept(clerk)).toBe('kernel.second_person_needed')
    await allow(other, 7_000_000)
    expect(await accept({ ...other, role: 'admin' } as Actor)).toBe('kernel.second_person_needed')
    // A suspended person's earlier permission is no longer valid.
    const setStatus = (status: string) =>
      query(f.laku.ownerUrl, `update staff set status = '${status}' where id = '${other.id}'`)
    await setStatus('suspended')
    expect(await accept(clerk)).toBe('kernel.second_person_needed')
    await setStatus('active')
    expect(await accept(clerk)).toBe('ok')
  })

  it('a lost order, and a debt that is written off, count too', async () => {
    const [ana, clerk] = [await buyer(), person('support')]
    const { order } = await shop.paidOrder(ana, 1)
    await f.laku.db.updateTable('orders').set({ status: 'in_transit' }).where('id', '=', order.id).execute()
    expect(await statusOf(give(clerk, (await buyer()).id, 990_000))).toBe('posted')
    const lose = f.laku.as(clerk, (work) =>
      setOrderStatus(work, { order: order.id, status: 'failed', reason: 'lost' }),
    )
    expect(await refusal(lose)).toBe('kernel.second_person_needed')
    const factoryId = await f.factory()
    await f.refund(await f.sell(factoryId, 1_000_000), 3_000_000)
    await f.suspend(factoryId)
    const off = (actor: Actor, amountIdr: number) =>
      refusal(f.laku.as(actor, (work) => writeOffDebt(work, { factoryId, amountIdr, reason: 'a test' })))
    const first = person()
    expect(await off(first, 600_000)).toBe('ok')
    expect(await off(first, 400_001)).toBe('kernel.second_person_needed')
    expect(await off(person(), 400_001)).toBe('kernel.second_person_needed')
    expect(await off(person(), 400_000)).toBe('ok')
  })

  it('152,000,000 to a factory in slices of less than 50: one, and another person for the rest', async () => {
    const factoryId = await f.factory('131313')
    const outcomes: string[] = []
    const alone = person()
    const codes: string[] = []
    for (let i = 0; i < 4; i++) {
      await f.sell(factoryId, 40_000_000)
      await f.gather()
      const { settlements } = await f.run({ factoryId }, alone)
      const made = settlements.find((settlement) => settlement.status === 'calculated')
      codes.push(made?.code as string)
      outcomes.push(
        await refusal(
          f.laku.as(alone, (work) => approveSettlement(work, { settlement: made?.code as string })),
        ),
      )
    }
    expect(outcomes).toEqual(['ok', ...Array(3).fill('settlement.same_person')])
    expect(await refusal(f.approve(codes[1] as string, sinta))).toBe('ok')
    expect(await refusal(f.approve(codes[2] as string, budi))).toBe('ok')
  })

  it('one person’s slices by command, by file and by route are one sum', async () => {
    const [app, folder] = [await buildServer(f.laku), mkdtempSync(join(tmpdir(), 'laku-limits-'))]
    const { id, token } = await enrol(f.laku, 'admin')
    const boss = someone({ id, role: 'admin', name: `boss-${id}`, reason: 'a test' })
    const run = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await runLaku(f.laku, [...words, '--json', '--reason', 'x'], boss)
      return { exitCode, json: stdout ? JSON.parse(stdout) : undefined, stderr }
    }
    const file = (name: string, ...lines: string[]) => {
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
      return join(folder, name)
    }
    const sold = async () => await shop.paidOrder(await buyer(), 10)
    const given = await run('wallets', 'adjust', (await buyer()).id, '300000', '--confirm', '300000')
    expect(given.json).toMatchObject({ status: 'posted' })
    const rows = [await sold(), await sold()].map(
      ({ payment }, i) => `${newId()},${payment.code},${i === 0 ? 400_000 : 400_001},x,company`,
    )
    const refunds = file('refunds.csv', 'key,payment,amount_idr,reason,borne_by', ...rows)
    await runLaku(f.laku, ['refunds', 'create', '--file', refunds, '--yes'], boss)
    const asked = f.laku.db
      .selectFrom('refunds')
      .select('status')
      .where('requestedBy', '=', `staff:${boss.name}`)
    expect((await asked.orderBy('id').execute()).map((refund) => refund.status).at(-1)).toBe('requested')
    const { order } = await sold()
    await f.laku.db.updateTable('orders').set({ status: 'in_transit' }).where('id', '=', order.id).execute()
    const failed = await app.inject({
      method: 'PATCH',
      url: `/api/orders/${order.id}/status`,
      headers: { authorization: `Bearer ${token}` },
      payload: { status: 'failed', reason: 'lost' },
    })
    expect(failed.json()).toMatchObject({ code: 'kernel.second_person_needed' })
    const codes: string[] = []
    for (let i = 0; i < 2; i++) {
      const factoryId = await f.factory('131313')
      await f.sell(factoryId, 40_000_000)
      const { settlements } = await f.run({ factoryId }, boss)
      codes.push(settlements.find(({ status }) => status === 'calculated')?.code as string)
    }
    const decisions = file('settle.csv', 'code,decision,reason', ...codes.map((code) => `${code},approve,`))
    const { stdout } = await runLaku(f.laku, ['settle', 'import', decisions, '--json', '--yes'], boss)
    expect(JSON.parse(stdout)).toMatchObject({ done: 1, failed: 1 })
    rmSync(folder, { recursive: true })
    await app.close()
  })

  it('what a service calculated has no first person: one approves up to their limit, and two above it', async () => {
    const service = await hire(f.laku, 'service')
    const [one, two] = [await hire(f.laku, 'finance'), await hire(f.laku, 'finance')]
    const approve = async (actor: Actor, settlement: string) => {
      try {
        await f.laku.as(actor, (work) => approveSettlement(work, { settlement }))
        return 'ok'
      } catch (error) {
        if (error instanceof DomainError) return error
        throw error
      }
    }
    const settled: string[] = []
    for (const goodsIdr of [20_000_000, 40_000_000, 90_000_000]) {
      const factoryId = await f.factory('131313')
      await f.sell(factoryId, goodsIdr)
      const { settlements } = await f.run({ factoryId }, service)
      settled.push(settlements.find(({ status }) => status === 'calculated')?.code as string)
    }
    const [small, large, huge] = settled as [string, string, string]
    expect(await approve(one, small)).toBe('ok')
    for (const code of [large, huge]) {
      const refused = (await approve(one, code)) as DomainError
      expect(refused).toMatchObject({
        code: 'kernel.second_person_needed',
        details: { command: expect.stringMatching(/^laku limits allow settlement [0-9a-f-]{36} \d+$/) },
      })
      const { subject: subjectId, amountIdr } = refused.details as { subject: string; amountIdr: number }
      const act = { kind: 'settlement', subjectId, amountIdr } as const
      await f.laku.as(one, (work) => allowOverLimit(work, act))
      expect(await approve(one, code)).toMatchObject({ code: 'kernel.second_person_needed' })
      await f.laku.as(two, (work) => allowOverLimit(work, act))
      expect(await approve(one, code)).toBe('ok')
    }
    // A person who holds the settlement and releases it is its second person.
    const factoryId = await f.factory('131313')
    await f.sell(factoryId, 60_000_000)
    const { settlements } = await f.run({ factoryId }, service)
    const code = settlements.find(({ status }) => status === 'calculated')?.code as string
    await f.laku.as(two, async (work) => {
      await holdSettlement(work, { settlement: code, reason: 'a look' })
      await releaseSettlement(work, { settlement: code })
    })
    expect(await approve(two, code)).toMatchObject({ code: 'settlement.same_person' })
    expect(await approve(one, code)).toBe('ok')
  })

  it('a service may do no more than its limit, also where a person allowed it', async () => {
    const service = await hire(f.laku, 'service')
    const boss = await hire(f.laku, 'finance')
    const spent = {
      kind: 'return',
      subject: ['return', newId()],
      receiver: 'user:x',
      amountIdr: 1_000_001,
    } as const
    const subjectId = spent.subject[1]
    await f.laku.as(boss, (work) =>
      allowOverLimit(work, { kind: 'return', subjectId, amountIdr: 2_000_000, reason: 'a test' }),
    )
    expect(await refusal(f.laku.as(service, (work) => takeLimit(work, spent)))).toBe('kernel.not_a_person')
    expect(await refusal(f.laku.as(person('support'), (work) => takeLimit(work, spent)))).toBe('ok')
  })

  it('ten withdrawals of 5,000,000: one leaves, and nine wait for staff, also from two wallets to one account', async () => {
    const rich = async () => {
      const { id } = await buyer()
      await f.laku.system((work) => giveGoodwill(work, id, 60_000_000))
      return id
    }
    const take = async (id: string, accountNumber: string, name = 'Budi') => {
      const bank = { ...good, accountNumber, accountHolderName: name }
      const asked = { amountIdr: 5_000_000, bank, otpVerifiedAt: f.laku.clock.now() }
      return await f.laku.as({ kind: 'customer', id }, (work) => requestWithdrawal(work, asked))
    }
    const [one, two] = [await rich(), await rich()]
    const waits: boolean[] = []
    for (let i = 0; i < 10; i++) waits.push((await take(one, '1000000001')).dueAt === null)
    expect(waits).toEqual([false, ...Array(9).fill(true)])
    expect((await take(two, '1000000001', 'BUDI S')).dueAt).toBeNull()
    expect((await take(await rich(), '1000000002')).dueAt).not.toBeNull()
  })

  it('what came back of a withdrawal, as one person says, counts like any other gift', async () => {
    const { id: userId } = await buyer()
    await f.laku.system((work) => giveGoodwill(work, userId, 6_000))
    const asked = { amountIdr: 6_000, bank: good, otpVerifiedAt: f.laku.clock.now() }
    const { code: withdrawal } = await f.laku.as({ kind: 'customer', id: userId }, (work) =>
      requestWithdrawal(work, asked),
    )
    f.laku.clock.shift(2 * DAY_S)
    await f.laku.as(person(), (work) => approveWithdrawal(work, { withdrawal, byHand: 'BCA 4711' }))
    const clerk = person()
    expect(await statusOf(give(clerk, (await buyer()).id, 995_000))).toBe('posted')
    const back = (actor: Actor) => refusal(f.laku.as(actor, (work) => returnByHand(work, { withdrawal })))
    expect(await back(clerk)).toBe('kernel.second_person_needed')
    // The database refuses it as well, whichever code asks.
    for (const says of [
      sql`update withdrawals set status = 'reversed', finished_at = now() where code = ${withdrawal}`,
      sql`
        insert into payouts (id, key, purpose, subject_id, user_id, channel_code, account_number, account_holder, amount_idr, description,
          status, failure_code, route, attempt, created_at)
        select gen_random_uuid(), code || '-1', 'withdrawal', id, user_id, 'ID_BCA', '', '', amount_idr, '', 'reversed', 'BANK_REJECTED',
          'bank', 1, now() from withdrawals where code = ${withdrawal}`,
    ])
      await expect(says.execute(f.laku.db)).rejects.toMatchObject({ constraint: 'limit_counted' })
    expect(await back(person())).toBe('ok')
  })

  it('the database refuses what code forgets to ask', async () => {
    const ana = await buyer()
    const clerk = person()
    const { id } = await give(clerk, ana.id, 2_000_000)
    const postIt = sql`update wallet_adjustments set status = 'posted', decided_by = requested_by, decided_at = now() where id = ${id}`
    await expect(postIt.execute(f.laku.db)).rejects.toMatchObject({ constraint: 'limit_counted' })
    const by = clerk.id
    const use = (kind: LimitedKind, second: string | null) => sql`
      insert into limit_uses (id, budget, kind, person, second_person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind,
        subject_id, used_at)
      values (${newId()}, 'given', ${kind}, ${by}, ${second}, 'user:x', 1000001, 1000000, 3000000, 'x', ${newId()}, ${f.laku.clock.now()})`
    for (const second of [null, by]) {
      await expect(use('refund', second).execute(f.laku.db)).rejects.toMatchObject({
        constraint: 'limit_second_person',
      })
    }
    const second = newId()
    await expect(use('refund', second).execute(f.laku.db)).rejects.toThrow('has shown no token')
    await f.laku.system(async ({ tx }) => {
      await sql`select staff_acts(${`test ${second} budi`})`.execute(tx)
      await use('refund', second).execute(tx)
    })
    const gone = sql`delete from limit_uses where person = ${by}`.execute(f.laku.db)
    await expect(gone).rejects.toMatchObject({ constraint: 'limit_kept' })
    expect(
      (await f.laku.as(person(), (work) => decideAdjustment(work, { id, decision: 'posted' }))).status,
    ).toBe('posted')
  })

  it('the list names who used what, who received it, and in which account, with the window that is used', async () => {
    const ana = await buyer()
    const clerk = person()
    await sql`update users set name = 'Ana Wijaya' where id = ${ana.id}`.execute(f.laku.db)
    await give(clerk, ana.id, 300_000)
    const [sent, lost] = ['list-sent', 'list-lost']
    for (const [code, amountIdr] of [
      [sent, -50_000],
      [lost, 60_000],
    ] as const)
      await f.laku.system((work) =>
        putIntoSuspense(work, { key: code, code, kind: 'movement', amountIdr, why: 'a test' }),
      )
    const to = { channelCode: 'ID_BCA', accountNumber: '1234567890' }
    await f.laku.as(clerk, (work) =>
      disposeSuspense(work, sent, { to: 'collected', reference: 'LIST 1' }, to),
    )
    await f.laku.as(clerk, (work) => disposeSuspense(work, lost, { to: 'written_off' }))
    const { stdout } = await runLaku(f.laku, ['limits', 'show', '--budget', 'given', '--json'])
    const shown = JSON.parse(stdout)
    const row = (side: string, who: string) =>
      shown.limits.find((limit: { side: string; who: string }) => limit.side === side && limit.who === who)
    expect(row('person', clerk.id)).toMatchObject({ day_idr: 410_000, left_idr: 590_000, window: 'day' })
    expect(row('receiver', 'Ana Wijaya')).toMatchObject({ id: `user:${ana.id}`, day_idr: 300_000 })
    expect(row('receiver', 'somebody unknown (money in suspense)')).toMatchObject({ day_idr: 60_000 })
    expect(row('account', 'BCA …7890')).toMatchObject({ day_idr: 50_000, week_limit_idr: 3_000_000 })
    const since = new Date(f.laku.clock.now().getTime() - DAY_S * 1000)
    expect(Math.abs(Date.parse(shown.day_since) - since.getTime())).toBeLessThan(60_000)
    // Two days later the day is free again, and the seven days are what counts.
    f.laku.clock.shift(2 * DAY_S)
    await give(person(), ana.id, 800_000)
    f.laku.clock.shift(2 * DAY_S)
    await give(person(), ana.id, 1_000_000)
    const text = (await runLaku(f.laku, ['limits', 'show', '--budget', 'given'])).stdout
    expect(text).toMatch(/receiver +Ana Wijaya .*2[.,]100[.,]000/)
    expect(text).toContain('Seven days: since')
  })
})
