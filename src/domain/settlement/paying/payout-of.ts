import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import type { NewPayout } from '../../payout/index.ts'
import type { LockedSettlement } from '../lock.ts'

/** Returns the next payout of a settlement. The payout's key contains the number of the attempt. */
export const payoutOf = (
  { id, code, factoryId, netIdr, payouts }: LockedSettlement,
  destination: BankAccount,
): NewPayout & { description: string } => ({
  key: `${code}-${payouts + 1}`,
  purpose: 'settlement',
  subjectId: id,
  owner: { factoryId },
  destination,
  amountIdr: netIdr,
  description: `Laku ${code}`,
})

/** Records in a settlement that a payout pays it now. */
export async function recordPayout(
  work: Work,
  { id, status, netIdr }: LockedSettlement,
  payout: { id: string; key: string; batchId?: string },
  command: string,
): Promise<void> {
  const { id: payoutId, key, ...batch } = payout
  await sql`
    update settlements set payout_id = ${payoutId}, payouts = payouts + 1, updated_at = ${work.now}
    where id = ${id}`.execute(work.tx)
  work.audit({
    command,
    subject: ['settlement', id],
    before: { status },
    after: { payout: key, netIdr, ...batch },
  })
}
