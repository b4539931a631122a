import { sql } from 'kysely'
import { lockRows, moveState, type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { walletAccount } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { freeBankReference } from '../../payout/index.ts'
import {
  type AskedDisposal,
  offsetPlace,
  type Place,
  type SuspenseItem,
  showSuspense,
  suspenseErrors,
  undoDisposal,
  writeOffPlace,
} from '../../suspense/index.ts'
import { ensureWallets, lockWallets, requireBalances, walletErrors } from '../../wallet/index.ts'
import { requireTakeable } from '../chargebacks/book.ts'
import { paymentErrors } from '../errors.ts'
import { type LockedPayment, lockPayments, lockWholly } from '../payments/lock.ts'
import { MAX_CORRECTIONS } from '../reconciliation/booked-sums.ts'
import { quarantineMachine } from '../transitions.ts'
import { correctionPlace, quarantineIn } from './dispose.ts'

/**
 * Lets staff take back where money of the suspense account (unexplained money) was assigned. The money then
 * waits for another decision. What a wallet got must still be in it. What a factory got or gave becomes a
 * line of its next settlement. A chargeback leaves its payment, and the money of that payment's buyer is
 * corrected. Quarantined money is in quarantine again. A bank's reference is free again.
 * @throws suspense.not_found, ambiguous, chargeback_changed, wallet.insufficient_balance, user_not_found,
 *   payment.quarantine_decided, not_refundable, kernel.illegal_transition, second_person_needed,
 *   reason_required, forbidden
 */
export async function undoSuspense(work: Work, text: string): Promise<SuspenseItem> {
  const item = await showSuspense(work.tx, text)
  if (item.asked) await lockAssigned(work, item, item.asked)
  return await undoDisposal(work, text, assignedPlace)
}

/**
 * Locks what has the assigned money, in the same order as the decision did: before the item and the limits.
 */
async function lockAssigned(
  work: Work,
  item: SuspenseItem,
  { to, place, userId = item.userId ?? undefined, factoryId = item.factoryId ?? undefined }: AskedDisposal,
): Promise<void> {
  const quarantineId = quarantineIn(place)
  if (quarantineId) {
    const { rows } = await sql<{ paymentId: string | null }>`
      select payment_id from quarantined_money where id = ${quarantineId}::uuid`.execute(work.tx)
    await lockWholly(
      work.tx,
      rows.flatMap((row) => row.paymentId ?? []),
    )
  } else if (to === 'reassigned' && place && place !== 'fee') {
    const payments = await lockPayments(work.tx, [place])
    await lockWallets(
      work,
      [...payments.values()].map((payment) => payment.userId),
    )
  }
  if (to === 'offset' && factoryId) await lockRows(work.tx, { factory: { id: [factoryId] } })
  if (to === 'wallet' && userId) await lockWallets(work, [userId])
}

async function assignedPlace(work: Work, item: SuspenseItem, asked: AskedDisposal): Promise<Place> {
  const { reference, place } = asked
  if (asked.to === 'offset') return await offsetPlace(work, item, asked)
  if (asked.to === 'wallet') return walletOf(item, asked)
  if (asked.to === 'collected')
    return {
      account: 'bank',
      before: async () => {
        if (reference) await freeBankReference(work, reference)
      },
    }
  if (asked.to === 'written_off') return writeOffPlace(item)
  if (place === 'fee') return { account: 'gateway-fees' }
  const quarantineId = quarantineIn(place)
  if (quarantineId)
    return { account: 'quarantine', before: () => putBackIntoQuarantine(work, quarantineId, item.amountIdr) }
  const payment = (await lockPayments(work.tx, [place ?? ''])).get(place ?? '')
  if (!payment) throw suspenseErrors.no_place({ code: item.code, kind: item.kind, place })
  return await chargebackPlace(work, item, payment)
}

/** The wallet gives back what it got, or gets back what was taken out of it. */
function walletOf({ code, userId, amountIdr }: SuspenseItem, { userId: given }: AskedDisposal): Place {
  const user = given ?? userId
  if (!user) throw suspenseErrors.no_user({ code })
  return {
    account: walletAccount(user),
    dimensions: { userId: user },
    before: async (work) => {
      if (amountIdr < 0) return await requireBalances(work, [{ userId: user, amountIdr: -amountIdr }])
      const { rows } = await sql`
        select from users where id = ${user}::uuid and status <> 'deleted'`.execute(work.tx)
      if (rows.length === 0) throw walletErrors.user_not_found({ userId: user })
      await ensureWallets(work, [user])
    },
  }
}

/**
 * Puts back into quarantine what a chargeback had taken from it. If nothing was left there, the money waits
 * for a decision again. The payment for which it came has ended meanwhile, so staff give it to a wallet.
 */
async function putBackIntoQuarantine(work: Work, id: string, amountIdr: Rupiah): Promise<void> {
  const { rows } = await sql<{ status: string; isWhole: boolean }>`
    select status, charged_back_idr = amount_idr as is_whole from quarantined_money
    where id = ${id}::uuid and charged_back_idr >= ${amountIdr} for no key update`.execute(work.tx)
  const [money] = rows
  if (money?.status !== (money?.isWhole ? 'charged_back' : 'waiting'))
    throw paymentErrors.quarantine_decided({ id, status: money?.status })
  await sql`
    update quarantined_money set charged_back_idr = charged_back_idr - ${amountIdr} where id = ${id}::uuid`.execute(
    work.tx,
  )
  if (!money.isWhole) return
  const set = { decidedBy: null, decidedAt: null }
  await moveState(work, quarantineMachine, { to: 'waiting', ids: [id], set, all: true })
}

/** A chargeback to which a part of an item's money was assigned: `partIdr` has the sign of the item's sum. */
interface AssignedChargeback {
  id: string
  ledgerKey: string
  leftIdr: Rupiah
  corrections: number
  partIdr: Rupiah
}

/**
 * Finds the chargebacks to which an item's money was assigned, by the postings of that decision. Decisions of
 * earlier versions did not store the keys of their postings, but have their time. The opposite
 * postings are corrections: a chargeback becomes smaller, or larger where a won dispute is taken off.
 */
async function chargebacksOfItem(
  work: Work,
  { code, amountIdr, decidedAt, asked }: SuspenseItem,
  payment: LockedPayment,
): Promise<AssignedChargeback[]> {
  const { rows } = await sql<AssignedChargeback>`
    select c.id, c.ledger_key, c.amount_idr - c.won_idr as left_idr, c.corrections, -e.amount_idr as part_idr
    from ledger_transactions t
    join ledger_entries e on e.transaction_id = t.id and sign(e.amount_idr) = -sign(${amountIdr}::bigint)
    join ledger_accounts a on a.id = e.account_id and a.key = ${`suspense:${code}`}
    join chargebacks c on c.ledger_key = regexp_replace(t.key, ':corrected(:[0-9]+)?$', '')
    where t.subject_id = ${payment.id}::uuid and t.kind = 'payment.charged_back'
      and ${asked?.keys ? sql`t.key = any(${asked.keys})` : sql`t.occurred_at = ${decidedAt}`}
      and c.payment_id = ${payment.id}::uuid
    order by c.id for no key update of c`.execute(work.tx)
  const isChanged = rows.some((row) => row.leftIdr < row.partIdr || row.corrections >= MAX_CORRECTIONS - 1)
  if (isChanged || sumIdr(rows.map((row) => row.partIdr)) !== amountIdr)
    throw suspenseErrors.chargeback_changed({ code, payment: payment.code, amountIdr })
  return rows
}

async function chargebackPlace(work: Work, item: SuspenseItem, payment: LockedPayment): Promise<Place> {
  const { amountIdr } = item
  const parts = await chargebacksOfItem(work, item, payment)
  if (amountIdr < 0) await requireTakeable(work, payment, -amountIdr)
  const place = correctionPlace(payment, parts)
  return {
    ...place,
    before: async (_, found) => {
      await endAttention(work, 'payment_charged_back', payment.id, 'its chargeback was taken off it again')
      await place.before?.(work, found)
    },
  }
}
