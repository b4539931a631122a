import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backUp } from '../../../../test/backup.ts'
import { someone, system } from '../../../../test/laku.ts'
import type { Buyer } from '../../../../test/market.ts'
import { openSettlementFixture, type SettlementFixture } from '../../../../test/settlements.ts'
import { good } from '../../../../test/wallets.ts'
import { type Actor, databaseDoubt, newId, recordDatabaseIdentity } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { listAttention } from '../../ops/index.ts'
import { openInvoice, reconcileGateway } from '../../payment/index.ts'
import { completeBankFiles, makeBatch, submitPayouts, sweepPayouts } from '../../payout/index.ts'
import { ensureWallets, rejectWithdrawal, requestWithdrawal, sweepWithdrawals } from '../../wallet/index.ts'
import { choreography } from '../choreography.ts'
import { type AdoptContext, adoptProvider, recogniseDatabase } from './adopt-provider.ts'

const DAY_S = 86_400
const PLACE = 'db.example/laku'
const finance: Actor = someone({ name: 'fin', role: 'finance', reason: 'restored the backup' })

describe('issue 11, case 4: a backup is restored over a day in which money left and came', () => {
  let f: SettlementFixture
  let context: AdoptContext
  let buyer: Buyer
  let factoryId: string
  beforeAll(async () => {
    f = await openSettlementFixture({ choreography, watched: false, policy: { withdrawalFeeIdr: 0 } })
    const { unitOfWork, providers } = f.laku
    context = { unitOfWork, actor: finance, gateway: providers.gateway, payouts: f.payouts, place: PLACE }
    buyer = (await f.market.buyers(1))[0] as Buyer
    factoryId = await f.factory('1234567890')
  })
  afterAll(() => f.laku.close())

  const wallet = () => f.balance(walletAccount(buyer.id))
  const withdraw = async (amountIdr: number) => {
    const actor: Actor = { kind: 'customer', id: buyer.id }
    const otpVerifiedAt = f.laku.clock.now()
    return await f.laku.as(actor, (work) => requestWithdrawal(work, { amountIdr, bank: good, otpVerifiedAt }))
  }
  const sendAll = async () => {
    const at = { unitOfWork: f.laku.unitOfWork, actor: system, payouts: f.payouts }
    await sweepWithdrawals({ unitOfWork: f.laku.unitOfWork, actor: system })
    const { rows } = await sql<{ id: string }>`select id from payouts where status = 'created'`.execute(
      f.laku.db,
    )
    await submitPayouts(
      at,
      rows.map((row) => row.id),
    )
    await f.laku.sandbox.settleWebhooks()
    f.laku.clock.shift(1_000)
    await sweepPayouts(at)
  }
  /** Returns all outgoing money by the provider's list, by amount. */
  const paidOut = async () => {
    const { transactions } = await f.laku.providers.gateway.listTransactions({ limit: 50 })
    const out = transactions.filter((transaction) => !transaction.moneyIn && transaction.status === 'SUCCESS')
    return out.map((transaction) => transaction.amountIdr).sort((a, b) => a - b)
  }
  const open = async () =>
    (await f.laku.system(({ tx }) => listAttention(tx, { limit: 50 }))).data.map(
      (attention) => attention.kind,
    )

  it('pays each once, finds the payment of the day, and both books agree', async () => {
    const { laku, market } = f
    // Before the backup there are a wallet of 40,000 with a known bank account, goods of 120,000 to settle,
    // and an unpaid join.
    await laku.system(async (work) => {
      await ensureWallets(work, [buyer.id])
      const entries = [
        debit('subsidy', 40_000),
        credit(walletAccount(buyer.id), 40_000, { userId: buyer.id }),
      ]
      await post(work, [{ key: newId(), kind: 'refund.decided', subject: ['user', buyer.id], entries }])
    })
    const first = await withdraw(40_000)
    await laku.as(finance, (work) => rejectWithdrawal(work, { withdrawal: first.id }))
    await sql`update withdrawal_destinations set usable_at = ${laku.clock.now()}`.execute(laku.db)
    await f.sell(factoryId, 120_000)
    const session = await market.session({ moq: 2, endsInS: 30 * DAY_S })
    const joined = await market.join(buyer, session.id)
    await laku.system((work) => recordDatabaseIdentity(work, PLACE))
    const restore = await backUp(laku)

    // The lost day: the factory and the buyer are paid, and the join is paid.
    await f.paying(factoryId)
    await withdraw(40_000)
    await sendAll()
    const { gateway } = laku.providers
    const opened = await openInvoice(
      { unitOfWork: laku.unitOfWork, actor: system, gateway, publicUrl: 'http://laku.test' },
      joined.payment.code,
    )
    expect(opened.state).toBe('redirect')
    const [invoice] = await gateway.findInvoices(joined.payment.code)
    const paid = await fetch(`${laku.sandbox.url}/xendit/pay/${invoice?.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'DANA' }),
    })
    expect(paid.ok).toBe(true)
    expect(await paidOut()).toEqual([40_000, 114_000])
    await restore()

    // No money leaves before the adoption, whoever requests it.
    expect(await wallet()).toBe(40_000)
    const inDoubt = { code: 'kernel.database_in_doubt', kind: 'unavailable' }
    await expect(withdraw(40_000)).rejects.toMatchObject(inDoubt)
    await expect(f.paying(factoryId)).rejects.toMatchObject(inDoubt)
    await sendAll()
    expect(await paidOut()).toEqual([40_000, 114_000])
    expect(await recogniseDatabase({ ...context, actor: system })).toBe(false)
    expect(await open()).toContain('database_in_doubt')

    // A person starts the adoption, which takes over everything.
    await expect(
      adoptProvider({
        ...context,
        actor: { kind: 'staff', id: newId(), name: 'sup', role: 'support', reason: 'x' },
      }),
    ).rejects.toMatchObject({ kind: 'forbidden' })
    const adoption = await adoptProvider(context)
    expect(adoption).toMatchObject({ done: true, open: [] })
    expect(adoption.adopted.map(({ to, id, amountIdr }) => [to, id, amountIdr]).sort()).toEqual(
      [
        ['factory', factoryId, 114_000],
        ['user', buyer.id, 40_000],
      ].sort(),
    )
    expect(await laku.system(({ tx }) => databaseDoubt(tx))).toBeUndefined()
    // Nobody knows who approved the payout to the factory, so it counts against everybody's limit.
    const dayAgo = new Date(laku.clock.now().getTime() - DAY_S * 1000)
    const { rows } = await sql<{ idr: number }>`
      select used_alone('settlement', 'staff:anybody', 'factory:nobody', null, ${dayAgo}, '', '')::int8 as idr`.execute(
      laku.db,
    )
    expect(rows).toEqual([{ idr: 114_000 }])
    // Nobody knows which files went to the bank, so staff must answer that before the next file is made.
    await expect(laku.as(finance, makeBatch)).rejects.toMatchObject({ code: 'payout.lost_files_open' })
    await laku.as(finance, completeBankFiles)
    await laku.as(finance, makeBatch)
    expect(await market.statusOf(joined.participation.id)).toBe('paid')

    // Payments that were requested meanwhile turn out to be paid already: each was paid once.
    await sendAll()
    await f.run({ factoryId })
    await sendAll()
    expect(await paidOut()).toEqual([40_000, 114_000])
    expect(await wallet()).toBe(0)
    laku.clock.shift(3_600)
    const { ok, differences } = await reconcileGateway({ ...context, actor: system }, {})
    expect({ ok, differences }).toEqual({ ok: true, differences: [] })
    expect(await open()).not.toContain('database_in_doubt')
    await expect(adoptProvider(context)).rejects.toMatchObject({ code: 'kernel.database_known' })
    expect(await f.broken()).toEqual([])
  })

  it('takes a settlement that was approved before the backup and paid after it as paid', async () => {
    const { laku } = f
    const other = await f.factory('2345678901')
    await f.sell(other, 100_000)
    const code = await f.settled(other)
    await f.approve(code)
    const before = await paidOut()
    const restore = await backUp(laku)
    await f.pay(code)
    await sendAll()
    await restore()
    expect((await f.see(code)).status).toBe('approved')
    expect(await adoptProvider(context)).toMatchObject({
      done: true,
      adopted: [{ id: other, amountIdr: 95_000 }],
    })
    expect((await f.see(code)).status).toBe('paid')
    await f.run({ factoryId: other })
    await sendAll()
    expect(await paidOut()).toEqual([...before, 95_000].sort((a, b) => a - b))
    laku.clock.shift(3_600)
    expect(await reconcileGateway({ ...context, actor: system }, {})).toMatchObject({
      ok: true,
      differences: [],
    })
  })

  it('goes on by itself after a failover that lost nothing, in the same place alone', async () => {
    const { laku } = f
    const promote = () =>
      sql`update database_identity set timeline = '0000000A', written_in = pg_current_xact_id()`.execute(
        laku.db,
      )
    await promote()
    const elsewhere = { ...context, actor: system, place: 'copy.example/laku' }
    expect(await recogniseDatabase(elsewhere)).toBe(false)
    expect(await recogniseDatabase({ ...context, actor: system })).toBe(true)
    expect(await laku.system(({ tx }) => databaseDoubt(tx))).toBeUndefined()
    expect(await open()).not.toContain('database_in_doubt')
  })
})
