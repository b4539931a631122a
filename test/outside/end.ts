import { sql } from 'kysely'
import { expect } from 'vitest'
import { databaseDoubt } from '../../src/domain/kernel/index.ts'
import { factoryAccount, walletAccount } from '../../src/domain/ledger/index.ts'
import {
  declareDead as declareRefundDead,
  reconcileGateway,
  searchLostRefund,
} from '../../src/domain/payment/index.ts'
import { declareDead } from '../../src/domain/payout/index.ts'
import { brokenNow, brokenSeals } from '../model/quick-checks.ts'
import { actNamed, Dice } from './acts.ts'
import { endBatches } from './bank-acts.ts'
import { dispose, openSuspense, ownerOf } from './dispose.ts'
import type { House } from './house.ts'
import type { Person } from './people.ts'
import { atProvider, readBook, sweep } from './provider-acts.ts'
import { payouts, refunds, withdrawals } from './rows.ts'
import { adopt } from './world-acts.ts'

const HOUR_S = 3600
/**
 * The hours after which a lost call may be declared dead: longer than the provider surely knows a key, plus a
 * day of its lists.
 */
const DEAD_AFTER_H = 40
const STEP_H = 4

/**
 * Wakes all sleeping workers, lets everything under way arrive, lets the bank answer, and declares dead what
 * the provider does not know, by two persons.
 */
async function calmDown(house: House): Promise<void> {
  await house.sleepers.wake()
  await house.control('PUT', '/faults', [] as never)
  await house.control('PUT', '/lists', { lag_s: 0 })
  for (let hours = 0; hours <= DEAD_AFTER_H; hours += STEP_H) {
    await arrive(house)
    await house.pass(STEP_H * HOUR_S)
    await sweep(house)
    await takeOver(house)
    if (hours >= 3 * STEP_H && (await lost(house)).length === 0) break
  }
  const [clerk, other] = house.clerks as [House['clerks'][number], House['clerks'][number]]
  for (const { kind, name } of await lost(house))
    for (const actor of [clerk, other]) {
      if (kind === 'payout') await house.laku.as(actor, (work) => declareDead(work, { payout: name }))
      else {
        const looked = await searchLostRefund({ ...house.context, actor }, name)
        await house.laku.as(actor, (work) => declareRefundDead(work, { refund: name, looked }))
      }
    }
  await endBatches(house)
  // A line of the provider's list that cannot be assigned is asked about three times within an hour.
  for (let round = 0; round < 5; round++) {
    await arrive(house)
    await house.pass(HOUR_S / 2)
    await sweep(house)
    await readBook(house)
    await takeOver(house)
  }
  await arrive(house)
}

/**
 * Money of a lost day may fail before the restore and succeed after it. It is in no row, so staff adopt once
 * more.
 */
export async function takeOver(house: House): Promise<void> {
  if (await house.laku.system(({ tx }) => databaseDoubt(tx))) await adopt(house)
}

async function arrive(house: House): Promise<void> {
  const { payouts: out, refunds: back } = await atProvider(house)
  for (const { what, id, status } of [...out, ...back])
    if (status === 'ACCEPTED' || status === 'PENDING')
      await house.control('POST', `/${what}/${id}`, { status: 'SUCCEEDED' })
  await actNamed['read the updates']?.(house, new Dice([0]))
}

/** Returns the payouts and refunds that were called and that the provider does not know. */
async function lost(house: House): Promise<{ kind: 'payout' | 'refund'; name: string }[]> {
  const out = (await payouts(house, 'submitted')).filter((payout) => payout.providerPayoutId === null)
  const back = await refunds(house, 'submitted')
  const known = (await atProvider(house)).refunds
  const unknown = back.filter(({ code }) => !known.some((row) => row.reference_id.includes(code)))
  return [
    ...out.map(({ key }) => ({ kind: 'payout' as const, name: key })),
    ...unknown.map(({ code }) => ({ kind: 'refund' as const, name: code })),
  ]
}

/** Returns the sum of a buyer's money that is decided or held and not sent yet. */
async function owedIdr({ laku }: House, { id, kind }: Person): Promise<number> {
  if (kind === 'factory') return 0
  const { rows } = await sql<{ idr: number }>`
    select coalesce(-sum(e.amount_idr), 0)::int8 as idr from ledger_entries e
    join ledger_accounts a on a.id = e.account_id join ledger_transactions t on t.id = e.transaction_id
    where a.key in ('refunds-payable', 'refunds-in-flight', 'withdrawals-held', 'payouts-in-flight', 'bank-transfers-in-flight')
      and t.subject_id::text in (
        select r.id::text from refunds r join payments p on p.id = r.payment_id where p.user_id = ${id}
        union all select w.id::text from withdrawals w where w.user_id = ${id}
        union all select o.id::text from payouts o join withdrawals w on w.id = o.subject_id where w.user_id = ${id})`.execute(
    laku.db,
  )
  return rows[0]?.idr ?? 0
}

const leftIdr = (all: readonly { status: string; amount: number; person: Person }[], of: Person) =>
  all.reduce(
    (sum, { status, amount, person }) => sum + (status === 'SUCCEEDED' && person === of ? amount : 0),
    0,
  )

/**
 * Checks that each person ends with the right money: the money that reached them plus the money that our
 * ledger still owes them equals what is due to them, to the rupiah. The rest is in suspense.
 */
async function expectTheirs(house: House): Promise<void> {
  const { payouts: out, refunds: back } = await atProvider(house)
  const items = await openSuspense(house)
  const owners = await Promise.all(items.map((item) => ownerOf(house, item)))
  for (const person of house.people) {
    const account = person.kind === 'factory' ? factoryAccount(person.id) : walletAccount(person.id)
    const inBookIdr = (await house.f.balance(account)) + (await owedIdr(house, person))
    const suspenseIdr = items.reduce((sum, item, i) => sum + (owners[i] === person ? item.amountIdr : 0), 0)
    const reachedIdr =
      leftIdr([...out, ...back], person) + person.bankIdr - person.collectedIdr - person.letGoIdr
    // Money that a card issuer took or gave is a matter between the company and the buyer; `bookChecks` check
    // it.
    if (person.isCharged) continue
    const seen = { ...person, buyer: undefined, reachedIdr, inBookIdr, suspenseIdr }
    expect({ ...seen, isIdr: reachedIdr - suspenseIdr + inBookIdr }).toEqual({
      ...seen,
      isIdr: person.dueIdr,
    })
    if (!person.mayHaveMore)
      expect({ ...seen, tooMuch: reachedIdr > person.dueIdr }).toEqual({ ...seen, tooMuch: false })
  }
}

/**
 * Ends a history, and checks who has which money: before staff dispose of unassigned money, and after. By
 * default each person must have what is due to them; the storm gives another check.
 */
export async function endHistory(
  house: House,
  expectOwned: (house: House) => Promise<void> = expectTheirs,
): Promise<void> {
  await calmDown(house)
  await expectOwned(house)
  for (const { id } of await openSuspense(house)) await dispose(house, id)
  await expectOwned(house)
  const { ok, differences } = await reconcileGateway(house.context, {})
  expect({ ok, differences }).toEqual({ ok: true, differences: [] })
  // Money under way is listed by what it was posted for, so that a failure names the refund or payout.
  const { rows } = await sql<{ key: string; subject: string; idr: number; status: string | null }>`
    select a.key, t.subject_id as subject, sum(e.amount_idr)::int8 as idr,
      (select to_jsonb(r)::text from refunds r where r.id = t.subject_id) as status
    from ledger_entries e join ledger_accounts a on a.id = e.account_id join ledger_transactions t on t.id = e.transaction_id
    where a.key in ('payouts-in-flight', 'bank-transfers-in-flight', 'refunds-in-flight')
    group by 1, 2 having sum(e.amount_idr) <> 0`.execute(house.laku.db)
  expect(rows).toEqual([])
  expect(await house.laku.system(brokenNow)).toEqual([])
  expect(await house.laku.system(brokenSeals)).toEqual([])
  // Work that waits for staff is ended, so that it does not affect the next history.
  const [clerk] = house.clerks
  expect(clerk && (await withdrawals(house, 'submitted'))).toEqual([])
}
