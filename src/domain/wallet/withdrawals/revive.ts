import { sql } from 'kysely'
import { type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { balances, post, walletAccount } from '../../ledger/index.ts'
import { redoUse, undoUse } from '../../ops/index.ts'
import { dropUnsent, type PayoutEventPayload, setPayoutAside } from '../../payout/index.ts'
import { lockWallets } from '../lock.ts'
import {
  returnedWithdrawalStates,
  revivableWithdrawalStates,
  sentWithdrawalStates,
  unsentWithdrawalStates,
  type WithdrawalStatus,
  withdrawalMachine,
} from '../transitions.ts'
import { entriesOfRevived, isFirst } from './apply-payout-results.ts'
import { returnHeld } from './return-held.ts'
import { triesOf } from './tries.ts'
import { withdrawalEvent } from './views.ts'

interface Stored {
  id: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  status: WithdrawalStatus
}

/**
 * Reaction to payout.revived: a withdrawal's payout arrived after all, although its money was already back in
 * the wallet. The money and the fee are taken out of the wallet again. If a retry was not sent yet, it is
 * cancelled first, and its money returns to the wallet. In three cases the payout's money goes into suspense
 * instead: another attempt is under way or paid, staff rejected the withdrawal, or the wallet holds too
 * little.
 */
export async function reviveWithdrawals(work: Work, events: EventOf<'payout.revived'>[]): Promise<void> {
  for (const { payload } of events) {
    if (payload.purpose === 'withdrawal') await revive(work, payload)
  }
}

async function revive(work: Work, payout: PayoutEventPayload): Promise<void> {
  const { rows } = await sql<Stored>`
    select id, code, user_id, amount_idr, fee_idr, closes_account, status from withdrawals
    where id = any(${await triesOf(work.tx, payout.subjectId)}::uuid[]) order by id for no key update`.execute(
    work.tx,
  )
  const withdrawal = rows.find((stored) => stored.id === payout.subjectId)
  if (!withdrawal) throw new Error(`payout ${payout.key} is of no withdrawal`)
  const { id, code, userId, amountIdr, feeIdr, status } = withdrawal
  await lockWallets(work, [userId])
  const aside = (why: string) =>
    setPayoutAside(work, payout.payoutId, `${code} arrived after all, and ${why}`)
  if (!revivableWithdrawalStates.includes(status)) return await aside(`was ${status} meanwhile`)
  const others = rows.filter((stored) => stored.id !== id)
  const paid = others.find((stored) => sentWithdrawalStates.includes(stored.status))
  if (paid) return await aside(`${paid.code}, another try of the same, is ${paid.status}`)
  for (const otherTry of others) {
    if (await ensureGivenBack(work, otherTry)) continue
    return await aside(`${otherTry.code}, another try of the same, is ${otherTry.status}`)
  }
  // An approved withdrawal waits to be sent a second time. Its money is held until then, so the money is not
  // in the wallet.
  const isHeld = status === 'approved'
  const [wallet] = await balances(work.tx, [walletAccount(userId)])
  if (!isHeld && (wallet?.balanceIdr ?? 0) < amountIdr + feeIdr)
    return await aside('its money is no longer in the wallet')
  await moveState(work, withdrawalMachine, {
    to: 'succeeded',
    from: revivableWithdrawalStates,
    ids: [id],
    set: { failureCode: null, finishedAt: work.now, dueAt: null },
    all: true,
  })
  await redoUse(work, 'withdrawal', [id])
  // A person may have said that the money came back. That counted against the person's limits, and is undone.
  await undoUse(work, 'withdrawal_returned', [id])
  await post(work, [
    {
      key: `withdrawal:${id}:succeeded${isFirst(payout) ? '' : `:${payout.payoutId}`}:${payout.turn}`,
      kind: 'withdrawal.succeeded',
      subject: ['withdrawal', id],
      entries: entriesOfRevived(
        withdrawal,
        isHeld ? 'withdrawals-held' : walletAccount(userId),
        payout.route,
      ),
    },
  ])
  work.emit(withdrawalEvent(withdrawal, status, 'succeeded'))
}

/**
 * Cancels another attempt at the withdrawal if that attempt was not sent yet; its money returns to the
 * wallet. Returns true if the attempt's money is in the wallet now.
 */
async function ensureGivenBack(work: Work, again: Stored): Promise<boolean> {
  const { id, status } = again
  if (returnedWithdrawalStates.includes(status)) return true
  if (!unsentWithdrawalStates.includes(status)) return false
  if ((await dropUnsent(work, [id])).length > 0) return false
  await moveState(work, withdrawalMachine, {
    to: 'rejected',
    from: unsentWithdrawalStates,
    ids: [id],
    set: { dueAt: null, finishedAt: work.now },
    all: true,
  })
  await returnHeld(work, again)
  await undoUse(work, 'withdrawal', [id])
  work.emit(withdrawalEvent(again, status, 'rejected'))
  return true
}
