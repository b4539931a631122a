import { sql } from 'kysely'
import { moveState, type Work } from '../kernel/index.ts'
import type { BankAccount } from '../ops/index.ts'
import { adoptPayout, type GatewayPayout } from '../payout/index.ts'
import { lockSettlement } from './lock.ts'
import { settlementMachine } from './transitions.ts'

/**
 * A settlement that was approved before a restore, and that the provider paid after it: it is paid by that,
 * with its lines. False where there is none of that code, it is in another state, or another sum went out.
 */
export async function adoptSettlement(
  work: Work,
  input: { code: string; destination: BankAccount; answer: GatewayPayout },
): Promise<boolean> {
  const { code, destination, answer } = input
  const { rows } = await sql`select from settlements where code = ${code}`.execute(work.tx)
  if (rows.length === 0) return false
  const settlement = await lockSettlement(work.tx, code)
  const { id, status, netIdr } = settlement
  if (!['approved', 'failed', 'reversed'].includes(status) || netIdr !== answer.amountIdr) return false
  const set = { statusReason: null, retryAt: null, updatedAt: work.now }
  if (status !== 'approved')
    await moveState(work, settlementMachine, { to: 'approved', from: status, ids: [id], set, all: true })
  const tries = Number(/-(\d+)$/.exec(answer.referenceId ?? '')?.[1] ?? 1)
  await adoptPayout(work, { purpose: 'settlement', subjectId: id, destination, answer }, async (payoutId) => {
    await sql`
      update settlements set payout_id = ${payoutId}, payouts = greatest(payouts, ${tries}::integer), updated_at = ${work.now}
      where id = ${id}::uuid`.execute(work.tx)
  })
  return true
}
