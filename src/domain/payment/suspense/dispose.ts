import { sql } from 'kysely'
import { factoryConcerns } from '../../factory/index.ts'
import {
  actorLabel,
  insertRows,
  lockRows,
  newId,
  type Rupiah,
  sumIdr,
  type Work,
} from '../../kernel/index.ts'
import { walletAccount } from '../../ledger/index.ts'
import { type AccountName, requireSeen, type SeenChange } from '../../ops/index.ts'
import { accountOfMoney, claimBankReference } from '../../payout/index.ts'
import {
  type AskedDisposal,
  collectPlace,
  type Decision,
  decideDisposal,
  disposeByFact,
  disposeOf,
  keepReceiving,
  offsetPlace,
  type Place,
  type SuspenseItem,
  showSuspense,
  suspenseErrors,
  writeOffPlace,
} from '../../suspense/index.ts'
import { concernsOf } from '../../user/index.ts'
import { ensureWallets, lockWallets, requireBalances, walletErrors } from '../../wallet/index.ts'
import {
  addChargedBack,
  chargebackKey,
  chargebacksOf,
  correctChargebacks,
  correctionKey,
  requireTakeable,
  takeInTurn,
} from '../chargebacks/book.ts'
import { reduceQuarantined } from '../chargebacks/take-from-quarantine.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf } from '../escrow/funds.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import { MAX_CORRECTIONS } from '../reconciliation/booked-sums.ts'
import { lockQuarantined } from './lock.ts'

/**
 * Lets staff decide where money in the suspense account (unexplained money) goes. These are the kinds of
 * decision. `offset`: a factory's next settlement deducts or adds the money. `wallet`: the money goes into a
 * wallet or out of it. `collected`: the money came back to the company's bank, or is sent to its owner from
 * there. `written_off`: the company bears or keeps the money. `reassigned`: a chargeback is assigned to its
 * payment, or to quarantined money. Money that the provider moved by itself is assigned to the provider's
 * fees. Above the policy's limit a second approver decides. `sentTo` is the bank account to which collected
 * money was sent; the limits count all money to one account together.
 * @throws suspense.not_found, ambiguous, no_factory, no_user, not_of_that, no_place, sent_to_nobody,
 * wallet.insufficient_balance,
 *   payout.reference_used, reference_invalid, payment.not_refundable, kernel.illegal_transition,
 *   payout_channel_unknown, bank_account_invalid, reason_required, forbidden
 */
export async function disposeSuspense(
  work: Work,
  item: string,
  asked: AskedDisposal,
  sentTo?: AccountName,
): Promise<SuspenseItem> {
  const found = await showSuspense(work.tx, item)
  await lockPlace(work, found, asked)
  await keepAccount(work, found)
  return await disposeOf(work, item, asked, (_, locked) => placeOf(work, locked, asked, sentTo))
}

/**
 * Moves money out of the suspense account (unexplained money) to a destination that follows from a fact. For
 * example, the owner of the bank account that received the money is known. No person chooses the destination,
 * so no second approver is needed.
 * @throws as disposeSuspense
 */
export async function disposeSuspenseByFact(
  work: Work,
  item: string,
  asked: AskedDisposal,
): Promise<SuspenseItem> {
  const found = await showSuspense(work.tx, item)
  await lockPlace(work, found, asked)
  await keepAccount(work, found)
  return await disposeByFact(work, item, asked, (_, locked) => placeOf(work, locked, asked))
}

/**
 * Lets a second approver approve or reject a request to move money out of the suspense account (unexplained
 * money). `request` names the request that is approved.
 * @throws suspense.not_found, nothing_asked, request_unnamed, request_changed, same_person,
 * kernel.approver_not_independent, forbidden, and what the disposal itself throws
 */
export async function decideSuspense(work: Work, item: string, decision: Decision): Promise<SuspenseItem> {
  const found = await showSuspense(work.tx, item)
  if (decision.decision === 'approve' && found.asked) {
    await lockPlace(work, found, found.asked)
    await requireSeen(work, {
      askedBy: found.askedBy,
      changes: await concernsAbout(work, found, found.asked),
      seen: decision.seen,
    })
  }
  await keepAccount(work, found)
  return await decideDisposal(work, item, decision, placeOf)
}

/** Returns what the approver must know about the factory or user whose account gets the money. */
async function concernsAbout(
  work: Work,
  item: SuspenseItem,
  { to, userId = item.userId ?? undefined, factoryId = item.factoryId ?? undefined }: AskedDisposal,
): Promise<SeenChange[]> {
  if (to === 'offset' && factoryId) return await factoryConcerns(work, factoryId, work.now)
  if (to === 'wallet' && userId) return await concernsOf(work.tx, userId)
  return []
}

/**
 * Locks the payment, factory or wallet that gets the unexplained money, and the wallet of the payment's
 * buyer. They are locked before the row of that money (the suspense item), in the same order as when money is
 * put into suspense. They are also locked before the limits of the person who decides.
 */
async function lockPlace(
  work: Work,
  item: SuspenseItem,
  { to, place, userId = item.userId ?? undefined, factoryId = item.factoryId ?? undefined }: AskedDisposal,
) {
  const quarantineId = quarantineIn(place)
  if (quarantineId) await lockQuarantined(work, quarantineId)
  else if (to === 'reassigned' && place && place !== 'fee') {
    const payment = (await lockPayments(work.tx, [place])).get(place)
    if (payment) await lockWallets(work, [payment.userId])
  }
  if (to === 'offset' && factoryId) await lockRows(work.tx, { factory: { id: [factoryId] } })
  if (to === 'wallet' && userId) await lockWallets(work, [userId])
}

/**
 * Stores the bank account of the payout that an item is about, if the item is older than the stored accounts.
 * The limits then count all money to this account together.
 */
async function keepAccount(work: Work, item: SuspenseItem): Promise<void> {
  const account = item.amountIdr > 0 ? await accountOfMoney(work, item) : undefined
  if (account) await keepReceiving(work, item.id, account)
}

/** Returns the id of the quarantined money if `place` (the destination) has the form `quarantine:{id}`. */
export const quarantineIn = (place: string | undefined) => /^quarantine:(.+)$/.exec(place ?? '')?.[1]

async function placeOf(
  work: Work,
  item: SuspenseItem,
  asked: AskedDisposal,
  sentTo?: AccountName,
): Promise<Place> {
  if (asked.to === 'offset') return await offsetPlace(work, item, asked)
  if (asked.to === 'wallet') return walletPlace(item, asked)
  if (asked.to === 'collected') {
    const { reference } = asked
    if (sentTo && item.amountIdr > 0) throw suspenseErrors.sent_to_nobody({ code: item.code })
    return {
      ...(await collectPlace(work, sentTo)),
      // The reference of a bank transfer can be claimed only once, so that no other command books the
      // transfer again.
      before: async () => {
        if (reference) await claimBankReference(work, reference, ['suspense', item.id])
      },
    }
  }
  if (asked.to === 'written_off') return writeOffPlace(item)
  return await reassignPlace(work, item, asked)
}

/**
 * Returns a wallet as the destination for money in the suspense account (unexplained money). Money that came
 * to laku goes into the wallet; money that left laku is taken out of it.
 */
function walletPlace({ code, userId, amountIdr }: SuspenseItem, { userId: given }: AskedDisposal): Place {
  const user = given ?? userId
  if (!user) throw suspenseErrors.no_user({ code })
  if (userId && user !== userId) throw suspenseErrors.not_of_that({ code, userId })
  return {
    account: walletAccount(user),
    dimensions: { userId: user },
    before: async (work) => {
      const { rows } = await sql`select from users where id = ${user}::uuid`.execute(work.tx)
      if (rows.length === 0) throw walletErrors.user_not_found({ userId: user })
      if (amountIdr < 0) await ensureWallets(work, [user])
      else await requireBalances(work, [{ userId: user, amountIdr }])
    },
  }
}

async function reassignPlace(work: Work, item: SuspenseItem, { place }: AskedDisposal): Promise<Place> {
  const { id, code, kind, amountIdr, providerId, undos } = item
  if (place === 'fee' && kind === 'movement') return { account: 'gateway-fees' }
  const quarantineId = quarantineIn(place)
  if (!place || place === 'fee' || kind !== 'chargeback' || (quarantineId && amountIdr < 0))
    throw suspenseErrors.no_place({ code, kind, place })
  if (quarantineId) {
    const taken = { quarantineId, transactionId: providerId ?? id, amountIdr }
    return { account: 'quarantine', before: async () => void (await reduceQuarantined(work, taken)) }
  }
  const payment = (await lockPayments(work.tx, [place])).get(place)
  if (!payment) throw suspenseErrors.no_place({ code, kind, place })
  if (amountIdr < 0) return await wonPlace(work, item, payment)
  const line = { transactionId: providerId ?? id, paymentId: payment.id, amountIdr }
  const isBooked = (await chargebacksOf(work, [{ ...line, paymentId: null }])).length > 0
  // If a part of the line's sum is already booked as a chargeback, the rest becomes another chargeback, with
  // an id of its own. So does money that was taken off a payment before.
  const own = isBooked ? `suspense:${id}${undos === 0 ? '' : `:${undos + 1}`}` : line.transactionId
  const ledgerKey = chargebackKey(own)
  await requireTakeable(work, payment, amountIdr)
  return {
    account: 'chargeback-loss',
    postings: [{ key: ledgerKey, kind: 'payment.charged_back', subject: ['payment', payment.id], amountIdr }],
    dimensions: dimensionsOf(payment),
    before: async () => {
      const row = { id: newId(), ledgerKey, paymentId: payment.id, amountIdr, createdAt: work.now }
      await insertRows(work.tx, 'chargebacks', [{ ...row, providerTransactionId: own }])
      await addChargedBack(work, [line])
      work.requestAttention({
        kind: 'payment_charged_back',
        subject: ['payment', payment.id],
        message: `${payment.code} was charged back by the bank of the card. Look at its order before it is sent.`,
        command: `laku payments show ${payment.code}`,
        details: { transactionId: line.transactionId, amountIdr, by: actorLabel(work.actor) },
      })
    },
  }
}

/**
 * Returns a payment's chargebacks as the destination of money that came back. The money came back because
 * disputes were won, or because a chargeback was smaller than booked or never happened. So the company's loss
 * and the payment's charged-back sum become smaller. The chargeback that was put into suspense comes first,
 * then one of exactly this sum, then the oldest ones.
 */
async function wonPlace(work: Work, item: SuspenseItem, payment: LockedPayment): Promise<Place> {
  const backIdr = -item.amountIdr
  const { rows } = await sql<{ id: string; ledgerKey: string; leftIdr: Rupiah; corrections: number }>`
    select c.id, c.ledger_key, c.amount_idr - c.won_idr as left_idr, c.corrections
    from chargebacks c left join suspense_items i on i.id = ${item.id}::uuid
    where c.payment_id = ${payment.id}::uuid and c.amount_idr > c.won_idr and c.corrections < ${MAX_CORRECTIONS - 1}
    order by (i.key = 'posting:' || c.ledger_key and c.amount_idr - c.won_idr >= ${backIdr}) desc,
      (c.amount_idr - c.won_idr = ${backIdr}) desc, c.id
    for no key update of c`.execute(work.tx)
  const parts = takeInTurn(rows, backIdr)
  const lostIdr = sumIdr(rows.map((row) => row.leftIdr))
  if (lostIdr < backIdr)
    throw paymentErrors.chargeback_not_found({ payment: payment.code, amountIdr: backIdr, lostIdr })
  return correctionPlace(payment, parts)
}

/** A part of the money of a suspense item, and the chargeback of a payment that it makes smaller. */
interface CorrectedChargeback {
  id: string
  ledgerKey: string
  corrections: number
  /** Negative if the chargeback becomes larger. */
  partIdr: Rupiah
}

/**
 * Returns the chargebacks of a payment as the destination of money that corrects them. The charged-back sum
 * of the payment changes with them.
 */
export function correctionPlace(payment: LockedPayment, parts: readonly CorrectedChargeback[]): Place {
  return {
    account: 'chargeback-loss',
    postings: parts.map(({ ledgerKey, corrections, partIdr }) => ({
      key: correctionKey(ledgerKey, corrections),
      kind: 'payment.charged_back',
      subject: ['payment', payment.id],
      amountIdr: Math.abs(partIdr),
    })),
    dimensions: dimensionsOf(payment),
    before: async (work) => {
      await correctChargebacks(work, parts)
      const amountIdr = -sumIdr(parts.map(({ partIdr }) => partIdr))
      await addChargedBack(work, [{ paymentId: payment.id, amountIdr }])
    },
  }
}
