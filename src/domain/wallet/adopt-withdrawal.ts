import { sql } from 'kysely'
import { inSql, insertRows, moveState, newId, personOf, type Rupiah, type Work } from '../kernel/index.ts'
import { balanceIdr, walletAccount } from '../ledger/index.ts'
import { type BankAccount, countUse, isOverLimit } from '../ops/index.ts'
import { addTransfer, adoptPayout, type GatewayPayout } from '../payout/index.ts'
import { lockWallets } from './lock.ts'
import { withdrawalTerms } from './rules.ts'
import { unsentWithdrawalStates, withdrawalMachine } from './transitions.ts'
import { destinationsOfAccount, openDestination } from './withdrawals/destinations.ts'
import { postHold, withdrawalUse } from './withdrawals/hold.ts'
import { refundedMoney } from './withdrawals/refunded-money.ts'

interface Adopted {
  id: string
  userId: string
  destinationId: string
  amountIdr: Rupiah
  destination: BankAccount
}

/**
 * Adds to a restored database a withdrawal that the provider paid, or is paying, and that was sent after the
 * backup. If the backup has the withdrawal as unsent, its row is used. Otherwise a new row is created for the
 * one user who stored the withdrawal's bank account. Returns that user's id. Returns undefined if several
 * users or none stored the account, or if the wallet holds too little. The money then stays in suspense.
 */
export async function adoptWithdrawal(
  work: Work,
  { code, answer }: { code: string; answer: GatewayPayout },
): Promise<string | undefined> {
  const found = await approveLost(work, { code, amountIdr: answer.amountIdr, account: answer.destination })
  if (!found) return undefined
  const { id: subjectId, destination } = found
  await adoptPayout(work, {
    purpose: 'withdrawal',
    subjectId,
    owner: { userId: found.userId },
    destination,
    answer,
  })
  return found.userId
}

/**
 * Adds to a restored database a withdrawal that staff sent in a file of bank transfers after the backup. It
 * becomes a line of a batch of bank transfers. Returns the owner's id; undefined if the owner is not found or
 * the wallet holds too little.
 */
export async function adoptWithdrawalTransfer(
  work: Work,
  input: { batch: () => Promise<string>; code: string; account: Account; amountIdr: Rupiah },
): Promise<string | undefined> {
  const { batch, code, amountIdr } = input
  const found = await approveLost(work, input)
  if (!found) return undefined
  const { id: subjectId, destination } = found
  const transfer = { batchId: await batch(), key: `${code}-1`, purpose: 'withdrawal', subjectId } as const
  const owner = { userId: found.userId }
  await addTransfer(work, { ...transfer, owner, destination, amountIdr, description: `Laku ${code}` })
  return found.userId
}

type Account = Pick<BankAccount, 'channelCode' | 'accountNumber'>

interface Lost {
  code: string
  amountIdr: Rupiah
  account?: Account | undefined
}

async function approveLost(work: Work, lost: Lost): Promise<Adopted | undefined> {
  const found = (await waiting(work, lost)) ?? (await makeRow(work, lost))
  if (!found) return undefined
  const use = await withdrawalUse(work, found)
  // The wallet's owner requested the withdrawal. A withdrawal above the limit also needs the decision of a
  // second person: here the staff member who adds it to the restored database.
  await countUse(work, use, (await isOverLimit(work, use)) ? personOf(work.actor) : null)
  const set = { dueAt: null, byHand: false }
  await moveState(work, withdrawalMachine, { to: 'approved', stays: true, ids: [found.id], set, all: true })
  return found
}

/**
 * Finds the withdrawal's row in the restored database. The row exists if the withdrawal was requested before
 * the backup was made, and was sent only later.
 */
async function waiting(work: Work, { code, amountIdr }: Lost): Promise<Adopted | undefined> {
  const { rows } = await sql<
    Omit<Adopted, 'destination'> & { channelCode: string; accountNumber: string; accountHolder: string }
  >`
    select w.id, w.user_id, w.destination_id, w.amount_idr, d.channel_code, d.account_number, d.account_holder
    from withdrawals w join withdrawal_destinations d on d.id = w.destination_id
    where w.code = ${code} and w.status in ${inSql(unsentWithdrawalStates)} and w.amount_idr = ${amountIdr} for no key update of w`.execute(
    work.tx,
  )
  const [row] = rows
  if (row) await lockWallets(work, [row.userId])
  return row && { ...row, destination: openDestination(work.vault, row) }
}

async function makeRow(work: Work, { code, amountIdr, account }: Lost): Promise<Adopted | undefined> {
  if (!account || (await isThere(work, code))) return undefined
  const owners = await destinationsOfAccount(work, account)
  const [own] = owners
  if (!own || new Set(owners.map((owner) => owner.userId)).size > 1) return undefined
  const { id: destinationId, userId, destination } = own
  await lockWallets(work, [userId])
  const balance = await balanceIdr(work.tx, walletAccount(userId))
  if (balance < amountIdr) return undefined
  const money = { balanceIdr: balance, refundedIdr: await refundedMoney(work.tx, userId) }
  const terms = withdrawalTerms(amountIdr, money, work.policy)
  // The wallet may hold too little for the amount and the whole fee. Then the fee is only the money that is
  // left.
  const feeIdr = Math.min(terms.feeIdr, balance - amountIdr)
  const refundedIdr = feeIdr > 0 ? terms.refundedIdr : Math.min(terms.refundedIdr, amountIdr)
  const id = newId()
  const row = { id, code, userId, destinationId, amountIdr, feeIdr, refundedIdr, status: 'held' }
  await insertRows(work.tx, 'withdrawals', [{ ...row, dueAt: null, createdAt: work.now }])
  await postHold(work, id, userId, amountIdr + feeIdr)
  return { id, userId, destinationId, amountIdr, destination }
}

async function isThere(work: Work, code: string): Promise<boolean> {
  const { rows } = await sql`select from withdrawals where code = ${code}`.execute(work.tx)
  return rows.length > 0
}
