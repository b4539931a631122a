import { sql } from 'kysely'
import {
  databaseDoubt,
  moveState,
  personOf,
  type Rupiah,
  requireReason,
  requireStaff,
  type Tx,
  type Work,
} from '../../kernel/index.ts'
import { allowCommand, takeClearance } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import { type BankBatchStatus, bankBatchMachine } from '../transitions.ts'

/**
 * Records that bank files may be missing, because the database was restored from a backup. No provider has
 * records of the files that were handed to the bank after the backup. So no new file is made until staff have
 * said that all those files are taken over. If staff said so earlier, nothing is recorded.
 */
export async function doubtBankFiles({ tx, now }: Work): Promise<void> {
  const { rows } = await sql<{ isComplete: boolean }>`
    delete from bank_files_in_doubt where is_complete returning is_complete`.execute(tx)
  if (rows.length > 0) return
  await sql`
    insert into bank_files_in_doubt (since) values (${now}) on conflict (one) do nothing`.execute(tx)
}

/**
 * Refuses a new file of transfers for the bank while files that were made after the restored backup may be
 * missing.
 * @throws payout.lost_files_open
 */
export async function requireBankFiles(tx: Tx): Promise<void> {
  const { rows } = await sql<{
    since: Date
  }>`select since from bank_files_in_doubt where not is_complete`.execute(tx)
  const [open] = rows
  if (open) throw payoutErrors.lost_files_open({ since: open.since })
}

/**
 * Checks that staff may enter a bank file that this database lacks. They may if a backup was restored and
 * staff have not yet said that all files are taken over. At any other time, another person must have allowed
 * this file (`fileId`) beforehand. Returns that person's id; null if nobody had to allow the file.
 * @throws payout.file_not_missing
 */
export async function requireMissingFile(
  work: Work,
  { fileId, amountIdr }: { fileId: string; amountIdr: Rupiah },
): Promise<string | null> {
  const { rows } = await sql`select from bank_files_in_doubt where not is_complete`.execute(work.tx)
  if (rows.length > 0 || (await databaseDoubt(work.tx))) return null
  const act = { kind: 'bank_file', subject: fileId, amountIdr } as const
  const allowedBy = await takeClearance(work, act)
  if (allowedBy === undefined) throw payoutErrors.file_not_missing({ command: allowCommand(act) })
  return allowedBy
}

/**
 * Refuses a payment by the provider while bank files from after the restored backup may be missing. The bank
 * may have paid by such a file already. If laku never made a batch of bank transfers, there is no such file,
 * so nothing is refused.
 * @throws payout.lost_files_open
 */
export async function requireNoLostTransfer(tx: Tx): Promise<void> {
  const { rows } = await sql`select from bank_batches limit 1`.execute(tx)
  if (rows.length > 0) await requireBankFiles(tx)
}

/**
 * Records that the batches with these settlements or withdrawals were handed out. The bank has their files,
 * but the restored database does not show that they were handed out. Returns the batches' numbers.
 */
export async function markHandedOut(work: Work, codes: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ id: string }>`
    select id from bank_batches b
    where status = 'made' and exists (
      select from payouts p where p.batch_id = b.id and regexp_replace(p.key, '-[0-9]+$', '') = any(${codes}))
    order by id for no key update of b`.execute(work.tx)
  const ids = rows.map((row) => row.id)
  await sql`
    update payouts set in_file = true where batch_id = any(${ids}::uuid[]) and regexp_replace(key, '-[0-9]+$', '') = any(${codes})`.execute(
    work.tx,
  )
  return await moveState<BankBatchStatus, 'bankBatches', { number: number }>(work, bankBatchMachine, {
    to: 'handed_out',
    from: 'made',
    ids,
    all: true,
    set: {
      handedOutBy: personOf(work.actor),
      handedOutAt: work.now,
      takenBy: sql`array_append(t.taken_by, ${personOf(work.actor)})`,
    },
    returning: sql`t.number::int8 as number`,
  }).then((moved) => moved.map(({ number }) => number))
}

/**
 * Records that staff have taken over every bank file that was made after the restored backup, or know that
 * there was none. New files may then be made. Staff can say this before or after the rest of the lost data is
 * taken over.
 * @throws payout.no_lost_files, kernel.reason_required, kernel.forbidden
 */
export async function completeBankFiles(work: Work): Promise<void> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const { tx, now } = work
  const isInDoubt = (await databaseDoubt(tx)) !== undefined
  if (isInDoubt)
    await sql`
      insert into bank_files_in_doubt (since, is_complete) values (${now}, true)
      on conflict (one) do update set is_complete = true`.execute(tx)
  else {
    const { rows } = await sql`delete from bank_files_in_doubt returning one`.execute(tx)
    if (rows.length === 0) throw payoutErrors.no_lost_files()
  }
  work.audit({
    command: 'settle batches adopt --complete',
    subject: ['database', 'bank_files'],
    after: { reason, isInDoubt },
  })
}
