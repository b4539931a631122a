import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { inSql, openStates } from '../../kernel/index.ts'
import { bankBatchTransitions } from '../transitions.ts'

/**
 * The SQL condition that staff must be reminded of a batch, because nobody entered the bank's outcome in
 * time. The index `bank_batches_remind` makes the query fast.
 */
export const remindersDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from bank_batches where remind_at <= ${now})`

/** Notifies staff of batches of bank transfers whose outcome nobody entered within policy.bankBatchHours. */
export async function remindBatches(work: Work): Promise<void> {
  const { rows } = await sql<{ id: string; number: number }>`
    update bank_batches set remind_at = null where remind_at <= ${work.now} and status in ${inSql(openStates(bankBatchTransitions))}
    returning id, number::int8 as number`.execute(work.tx)
  for (const { id, number } of rows) {
    work.requestAttention({
      kind: 'bank_batch_unconfirmed',
      subject: ['bank_batch', id],
      message: `Nobody has recorded what the bank did with batch ${number}, so its money counts as on its way. Confirm the batch, or cancel it.`,
      command: `laku settle batches confirm ${number} --reference REFERENCE`,
      details: { otherwise: `laku settle batches cancel ${number}` },
    })
  }
}
