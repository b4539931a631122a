import { sql } from 'kysely'
import { moveState, type Rupiah, type Work } from '../kernel/index.ts'
import { type BankAccount, countLost } from '../ops/index.ts'
import { addTransfer, adoptPayout, type GatewayPayout } from '../payout/index.ts'
import { approvalOf } from './approval/second-approver.ts'
import { type LockedSettlement, lockSettlement } from './lock.ts'
import { settlementMachine, unpaidSettlementStates } from './transitions.ts'

/**
 * Adds to a restored database a payout that the provider has and the backup lacks. The payout pays the
 * settlement that has this code and this sum. Returns false if no unpaid settlement matches.
 */
export async function adoptSettlement(
  work: Work,
  input: { code: string; destination: BankAccount; answer: GatewayPayout },
): Promise<boolean> {
  const { code, destination, answer } = input
  const settlement = await takeUnpaid(work, code, answer.amountIdr)
  if (!settlement) return false
  const { id } = settlement
  const tries = Number(/-(\d+)$/.exec(answer.referenceId ?? '')?.[1] ?? 1)
  const owner = { factoryId: settlement.factoryId }
  const adopted = { purpose: 'settlement', subjectId: id, owner, destination, answer } as const
  await adoptPayout(work, adopted, (payoutId) => notePayout(work, id, payoutId, tries))
  return true
}

/**
 * Adds to a restored database the bank transfer of a settlement that the backup lacks. The settlement becomes
 * a line of a batch of bank transfers, and is paid when the bank reports success. Returns false if no unpaid
 * settlement has this code and this sum.
 */
export async function adoptSettlementTransfer(
  work: Work,
  input: { batch: () => Promise<string>; code: string; destination: BankAccount; amountIdr: Rupiah },
): Promise<boolean> {
  const { batch, code, destination, amountIdr } = input
  const settlement = await takeUnpaid(work, code, amountIdr)
  if (!settlement) return false
  const { id, payouts } = settlement
  const key = `${code}-${payouts + 1}`
  const transfer = {
    batchId: await batch(),
    key,
    purpose: 'settlement',
    subjectId: id,
    owner: { factoryId: settlement.factoryId },
    destination,
    amountIdr,
  } as const
  const payoutId = await addTransfer(work, { ...transfer, description: `Laku ${code}` })
  await notePayout(work, id, payoutId, payouts + 1)
  return true
}

/**
 * Finds the unpaid settlement with this code and this sum, locks it and sets it to approved, so that its
 * payment can be booked. Returns undefined if there is none.
 */
async function takeUnpaid(
  work: Work,
  code: string,
  amountIdr: Rupiah,
): Promise<LockedSettlement | undefined> {
  const { rows } = await sql`select from settlements where code = ${code}`.execute(work.tx)
  if (rows.length === 0) return undefined
  const settlement = await lockSettlement(work.tx, code)
  const { id, status, netIdr } = settlement
  if (!unpaidSettlementStates.includes(status) || netIdr !== amountIdr) return undefined
  const set = { statusReason: null, retryAt: null, updatedAt: work.now }
  if (status !== 'approved') {
    // The payment was sent, so somebody had approved it after the backup was made. The restored database does
    // not show that person. So the amount counts toward the approval limits of every person.
    const receiver = `factory:${settlement.factoryId}`
    const subject = ['settlement', approvalOf(settlement)] as const
    await countLost(work, { kind: 'settlement', subject, receiver, amountIdr })
    await moveState(work, settlementMachine, { to: 'approved', from: status, ids: [id], set, all: true })
  }
  return settlement
}

async function notePayout(work: Work, id: string, payoutId: string, tries: number): Promise<void> {
  await sql`
    update settlements set payout_id = ${payoutId}, payouts = greatest(payouts, ${tries}::integer), updated_at = ${work.now}
    where id = ${id}::uuid`.execute(work.tx)
}
