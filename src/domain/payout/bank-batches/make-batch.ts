import { sql } from 'kysely'
import {
  insertRows,
  newId,
  personOf,
  requireKnownDatabase,
  requireStaff,
  rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { requirePayableAccount } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import { payoutEventPayload } from '../outcomes/payout-event.ts'
import type { NewPayout } from '../payouts/create.ts'
import { sealAccount } from '../payouts/destination.ts'
import { requireNoneMoves } from '../payouts/older-moves.ts'
import { requireBankFiles } from './lost-files.ts'

const HOUR_S = 3600

/**
 * Makes an empty batch of bank transfers, which `addTransfer` fills in the same transaction. For finance
 * staff. Returns the batch's id.
 */
export async function makeBatch(work: Work): Promise<string> {
  await requireKnownDatabase(work.tx)
  await requireBankFiles(work.tx)
  return await openBatch(work)
}

/**
 * Makes a batch for a file of transfers that the bank has already and that a restored database lacks. The
 * batch counts as handed out, and no file is written for it. Returns the batch's id.
 */
export async function adoptBatch(work: Work): Promise<string> {
  const person = personOf(work.actor)
  const more = {
    status: 'handed_out',
    isAdopted: true,
    handedOutBy: person,
    handedOutAt: work.now,
    takenBy: [person],
  }
  return await openBatch(work, more)
}

async function openBatch(work: Work, more: object = {}): Promise<string> {
  requireStaff(work.actor, 'finance')
  const id = newId()
  const remindAt = secondsAfter(work.now, work.policy.bankBatchHours * HOUR_S)
  const made = { id, status: 'made', madeBy: personOf(work.actor), madeAt: work.now, remindAt, ...more }
  await insertRows(work.tx, 'bankBatches', [made])
  return id
}

/** A line of a batch: a payout that the bank makes. */
export interface NewTransfer extends NewPayout {
  batchId: string
  /**
   * The ids of all attempts to pay the same withdrawal. An earlier attempt counts as failed, but the provider
   * may later report that it is sending this attempt's payout again. Then this bank transfer is refused,
   * because the withdrawal would be paid twice.
   */
  tries?: readonly string[] | undefined
  description: string
}

/**
 * Adds a line to a batch of bank transfers. The line is a payout that counts as under way from now on, but no
 * worker sends or checks it. The domain that makes the payout reacts to payout.submitted and later events, as
 * it does for a payout by the provider. Returns the payout's id.
 * @throws payout.under_way, moves_again, kernel.payout_channel_unknown, kernel.bank_account_invalid
 */
export async function addTransfer(work: Work, transfer: NewTransfer): Promise<string> {
  const { batchId, key, purpose, subjectId, earlierSubjectId = null, owner, description } = transfer
  const amountIdr = rupiah(transfer.amountIdr)
  await requireNoneMoves(work.tx, transfer.tries ?? [subjectId])
  const sealed = sealAccount(work.vault, await requirePayableAccount(work.tx, transfer.destination))
  const id = newId()
  const { rows } = await sql<{ id: string }>`
    insert into payouts (id, key, purpose, subject_id, earlier_subject_id, user_id, factory_id, channel_code, account_number, account_holder, amount_idr, description, status,
      route, batch_id, in_file, attempt, called_at, submitted_at, created_at)
    values (${id}, ${key}, ${purpose}, ${subjectId}, ${earlierSubjectId}, ${owner.userId ?? null}, ${owner.factoryId ?? null}, ${sealed.channelCode}, ${sealed.accountNumber}, ${sealed.accountHolder},
      ${amountIdr}, ${description}, 'submitted', 'bank', ${batchId}, (select is_adopted from bank_batches where id = ${batchId}), 1, ${work.now}, ${work.now}, ${work.now})
    on conflict do nothing returning id`.execute(work.tx)
  if (rows.length === 0) throw payoutErrors.under_way({ subjectId })
  const payload = payoutEventPayload({ id, key, purpose, subjectId, amountIdr, route: 'bank' })
  work.emit({ type: 'payout.submitted', aggregate: ['payout', id], payload })
  return id
}
