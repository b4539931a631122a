import { sql } from 'kysely'
import { expect } from 'vitest'
import { cancelSession } from '../../src/domain/group-buying/index.ts'
import { newId } from '../../src/domain/kernel/index.ts'
import { balanceIdr, credit, debit, post, walletAccount } from '../../src/domain/ledger/index.ts'
import { acceptReturn, requestReturn } from '../../src/domain/order/index.ts'
import { confirmPayments } from '../../src/domain/payment/index.ts'
import { query } from '../global-setup.ts'
import { admin } from '../laku.ts'
import { codeOf, rate } from '../market.ts'
import { type Arena, lastUnit } from '../races/shop-races.ts'
import { customer, refusal, Storefront } from '../storefront.ts'

const staff = { ...admin, reason: 'a proof' }

async function rounds(count: number, round: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await round()
}

/** The scenarios: each throws if its guard is missing. */
export const scenarios = {
  'one leaves as the last payment comes: a closed group has its MOQ, and nobody waits in a ring': ({
    laku,
    market,
  }: Arena) =>
    rounds(20, async () => {
      const [leaver, payer] = await market.buyers(2)
      const { id } = await market.session({ moq: 2 })
      await market.joinAndPay([leaver!], id)
      const { payment } = await market.join(payer!, id)
      const [left] = await Promise.all([refusal(market.leave(leaver!, id)), market.pay(payment.id)])
      const expected = left === 'ok' ? ['forming', 1] : ['moq_reached', 2]
      const { status, paidUnits } = await market.see(id)
      expect([status, paidUnits, laku.wire.rings.length]).toEqual([...expected, 0])
    }),

  'a payment of two invoices, paid at once, is received once, and the other money waits for a person': ({
    laku,
    market,
  }: Arena) =>
    rounds(10, async () => {
      const [buyer] = await market.buyers(1)
      const { payment } = await market.join(buyer!, (await market.session()).id)
      const confirm = async (invoiceId: string) => {
        const { id: paymentId, amountIdr: paidAmountIdr } = payment
        const [confirmed] = await laku.system((work) =>
          confirmPayments(work, [{ paymentId, paidAmountIdr, paidAt: work.now, channel: 'BCA', invoiceId }]),
        )
        return confirmed?.outcome
      }
      const outcomes = await Promise.all([confirm(newId()), confirm(newId())])
      expect(outcomes.toSorted()).toEqual(['paid', 'twice'])
    }),

  'the last unit has one winner, and the others are told': (arena: Arena) => rounds(5, () => lastUnit(arena)),

  'of two who order the last piece one has it, and the other is told': ({ laku }: Arena) =>
    rounds(8, async () => {
      const shop = await Storefront.open(laku)
      await shop.market.addStock(1)
      const buyers = await shop.market.buyers(2)
      const codes = await Promise.all(buyers.map((buyer) => refusal(shop.order(buyer, 1, { rate }))))
      expect(codes.toSorted()).toEqual(['ok', 'order.out_of_stock'])
    }),

  'buyers leave while staff cancel, and nobody waits in a ring': ({ laku, market }: Arena) =>
    rounds(15, async () => {
      const buyers = await market.buyers(4)
      const { id } = await market.session({ moq: 9 })
      await market.joinAndPay(buyers, id)
      await Promise.all([
        laku.as(staff, (work) => cancelSession(work, { sessionId: id })),
        ...buyers.map((buyer) => refusal(market.leave(buyer, id))),
      ])
      expect(await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))).toEqual(Array(4).fill(60_000))
      expect(laku.wire.rings.length).toBe(0)
    }),

  'a return that two accept at once is decided once': async ({ laku }: Arena) => {
    const shop = await Storefront.open(laku)
    await shop.market.addStock(6)
    await rounds(3, async () => {
      const [buyer] = await shop.market.buyers(1)
      const { order } = await shop.deliveredOrder(buyer!, 2)
      const items = [{ orderItemId: order.items[0]!.id, quantity: 1 }]
      const asked = await laku.as(customer(buyer!), (work) =>
        requestReturn(work, { order: order.id, reason: 'changed_mind', items }),
      )
      const accept = () => refusal(laku.as(staff, (work) => acceptReturn(work, { return: asked.id })))
      expect((await Promise.all([accept(), accept()])).toSorted()).toEqual(['ok', 'order.return_decided'])
    })
  },

  'one buyer from many processes at once has one place': async ({ market }: Arena) => {
    const [buyer] = await market.buyers(1)
    const { id } = await market.session({ moq: 9 })
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => market.joinAll([market.joinOf(buyer!, id)])),
    )
    expect(outcomes.filter(([outcome]) => codeOf(outcome) === 'ok')).toHaveLength(1)
  },

  'no statement sells more than there is': async ({ laku, market }: Arena) => {
    const { id } = await market.session({ moq: 3, capacity: 3 })
    const oversell = sql`update group_buying_sessions set held_units = 4 where id = ${id}`.execute(laku.db)
    await expect(oversell).rejects.toMatchObject({ constraint: 'session_capacity_kept' })
  },

  'no statement returns more than was paid': async ({ laku, market }: Arena) => {
    const [buyer] = await market.buyers(1)
    const [joined] = await market.joinAndPay([buyer!], (await market.session()).id)
    const overpay = sql`update payments set returned_idr = amount_idr + 1 where id = ${joined!.payment.id}`
    await expect(overpay.execute(laku.db)).rejects.toMatchObject({
      constraint: 'payments_never_over_refunded',
    })
  },

  'what was refunded into a wallet can be spent, once': async ({ market }: Arena) => {
    const [buyer] = await market.buyers(1)
    const first = await market.session()
    await market.joinAndPay([buyer!], first.id)
    await market.leave(buyer!, first.id)
    const joins = [await market.session(), await market.session()].map(({ id }) => () => {
      return refusal(market.join(buyer!, id, 1, { paymentMethod: 'wallet' }))
    })
    const codes = await Promise.all(joins.map((join) => join()))
    expect(codes.toSorted()).toEqual(['ok', 'wallet.insufficient_balance'])
    expect(await market.walletOf(buyer!)).toBe(0)
  },

  'no wallet is emptied below zero': async ({ laku, market }: Arena) => {
    const [buyer] = await market.buyers(1)
    const entries = [debit(walletAccount(buyer!.id), 1), credit('adjustments', 1)]
    const spend = laku.system((work) =>
      post(work, [{ key: newId(), kind: 'wallet.adjusted', subject: ['user', buyer!.id], entries }]),
    )
    expect(await refusal(spend)).toBe('ledger.insufficient_balance')
  },

  'what is posted twice under one key is in the book once': async ({ laku, market }: Arena) => {
    const [buyer] = await market.buyers(1)
    const account = walletAccount(buyer!.id)
    const entries = [debit('subsidy', 1_000), credit(account, 1_000)]
    const posting = {
      key: newId(),
      kind: 'wallet.goodwill',
      subject: ['user', buyer!.id] as [string, string],
    }
    const twice = () => laku.system((work) => post(work, [{ ...posting, entries }]))
    await Promise.all([twice(), twice()])
    expect(await laku.system((work) => balanceIdr(work.tx, account))).toBe(1_000)
  },

  'a transaction that does not balance is never committed': async ({ laku, market }: Arena) => {
    await market.joinAndPay(await market.buyers(1), (await market.session()).id)
    const lopsided = laku.db.transaction().execute(async (tx) => {
      const id = newId()
      await sql`
        insert into ledger_transactions (id, key, request_hash, kind, subject_kind, subject_id, occurred_at, seal)
        values (${id}, ${id}, 'x', 'by.hand', 'user', ${id}, now(), 'x')`.execute(tx)
      await sql`
        insert into ledger_entries (transaction_id, account_id, amount_idr)
        select ${id}, id, 1 from ledger_accounts where key = 'gateway'`.execute(tx)
    })
    await expect(lopsided).rejects.toMatchObject({ constraint: 'ledger_transaction_balances' })
  },

  'not even the owner of the database edits the book': async ({ laku, market }: Arena) => {
    await market.joinAndPay(await market.buyers(1), (await market.session()).id)
    const edit = query(laku.ownerUrl, 'update ledger_entries set amount_idr = amount_idr * 2')
    await expect(edit).rejects.toThrow(/written once/)
  },
} as const satisfies { [story: string]: (arena: Arena) => Promise<void> }
