import { sql } from 'kysely'
import {
  installationId,
  newId,
  type Rupiah,
  requireKnownDatabase,
  rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { type BankAccount, channelsOf, describedFor, requirePayableAccount } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'
import { payoutEventPayload } from '../outcomes/payout-event.ts'
import { UNSETTLED } from '../rules.ts'
import { openAccount, sealAccount } from './destination.ts'
import type { PayoutOwner } from './lock.ts'
import { requireNoneMoves } from './older-moves.ts'

export interface NewPayout {
  /**
   * The key of the payout: the code of its settlement or withdrawal and the number of the attempt,
   * `STL-261123-7K3QX2-1`. After a definite failure the next attempt has another key. The provider has the
   * key with this installation's id in front: `1A2B3C-STL-261123-7K3QX2-1`.
   */
  key: string
  purpose: PayoutPurpose
  /** The id of the settlement or withdrawal that the payout pays. */
  subjectId: string
  /**
   * The id of the first attempt, if the payout's withdrawal is a retry of an earlier withdrawal; otherwise
   * null.
   */
  earlierSubjectId?: string | null | undefined
  owner: PayoutOwner
  destination: BankAccount
  amountIdr: Rupiah
  /** The text on the receiver's bank statement, as far as the bank prints it. Default: the payout's key. */
  description?: string | undefined
}

/**
 * The time (s) after which a periodic job (the sweep) handles a new payout. If the payout's own job has not
 * run by then, that job counts as lost.
 */
const JOB_GRACE_S = 60

/**
 * Makes a payout, which is sent after the commit. The ledger is not changed here. The domain that makes the
 * payout writes to the ledger when it reacts to payout.submitted, payout.succeeded, payout.failed and
 * payout.reversed. A second call with the same key and content makes no second payout. Returns the payout's
 * id.
 * @throws payout.key_reused, payout.under_way, moves_again, kernel.payout_channel_unknown,
 * kernel.bank_account_invalid, kernel.database_in_doubt
 */
export async function createPayout(work: Work, input: NewPayout): Promise<string> {
  await requireKnownDatabase(work.tx)
  await requireNoneMoves(work.tx, [input.subjectId])
  const { purpose, subjectId, earlierSubjectId = null, owner, description = input.key } = input
  const amountIdr = rupiah(input.amountIdr)
  const destination = await requirePayableAccount(work.tx, input.destination)
  const channel = (await channelsOf(work.tx, [destination.channelCode])).get(destination.channelCode)
  const shown = channel ? describedFor(channel, description) : description
  const id = newId()
  const sealed = sealAccount(work.vault, destination)
  const { rows } = await sql<{ key: string }>`
    insert into payouts (id, key, purpose, subject_id, earlier_subject_id, user_id, factory_id, channel_code, account_number, account_holder, amount_idr, description,
      next_check_at, created_at, short_since)
    values (${id}, ${marked(input.key)}, ${purpose}, ${subjectId}, ${earlierSubjectId}, ${owner.userId ?? null}, ${owner.factoryId ?? null}, ${sealed.channelCode}, ${sealed.accountNumber}, ${sealed.accountHolder},
      ${amountIdr}, ${shown}, ${secondsAfter(work.now, JOB_GRACE_S)}, ${work.now},
      case when (${failedForBalance(subjectId)}) >= ${SHORT_AFTER} then ${work.now}::timestamptz end)
    on conflict do nothing returning key`.execute(work.tx)
  const [made] = rows
  if (!made) return await madeBefore(work, { ...input, destination })
  const payload = payoutEventPayload({ id, key: made.key, purpose, subjectId, amountIdr })
  work.emit({ type: 'payout.created', aggregate: ['payout', id], payload })
  return id
}

/**
 * If this many payouts of a settlement or withdrawal failed, its next payout waits for the balance to grow.
 * Only failures because of a too small balance count.
 */
const SHORT_AFTER = 2

const failedForBalance = (subjectId: string) => sql`
  select count(*) from payouts q
  where q.subject_id = ${subjectId} and q.route = 'provider' and q.status = 'failed' and q.failure_code = ${UNSETTLED}`

const marked = (key: string) => sql<string>`${installationId} || '-' || ${key}`

/**
 * Returns the id of the payout that was made earlier under the same key. Throws if there is none: then the
 * new row was refused because another payout of the same settlement or withdrawal is under way.
 */
async function madeBefore(work: Work, input: NewPayout): Promise<string> {
  const { key, subjectId, amountIdr, destination } = input
  const before = await work.tx
    .selectFrom('payouts')
    .selectAll()
    .where('key', '=', marked(key))
    .executeTakeFirst()
  if (!before) throw payoutErrors.under_way({ subjectId })
  const account = openAccount(work.vault, before)
  const same =
    before.subjectId === subjectId &&
    before.amountIdr === amountIdr &&
    account.channelCode === destination.channelCode &&
    account.accountNumber === destination.accountNumber
  if (!same) throw payoutErrors.key_reused({ key })
  return before.id
}
