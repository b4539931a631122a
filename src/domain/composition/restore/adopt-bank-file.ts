import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { factoriesOfAccount } from '../../factory/index.ts'
import { identityOf, inSql, type Rupiah, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { type BankAccount, countLost, errorText } from '../../ops/index.ts'
import {
  adoptBatch,
  type BatchDetail,
  markHandedOut,
  requireMissingFile,
  sentPayoutStates,
  showBatch,
} from '../../payout/index.ts'
import { adoptSettlementTransfer } from '../../settlement/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import { adoptWithdrawalTransfer, usersOfAccount } from '../../wallet/index.ts'

/** A line of a file that laku wrote for the bank. */
export interface FileLine {
  /** The code of the settlement or the withdrawal that this line of the bank file pays. */
  code: string
  destination: BankAccount
  amountIdr: Rupiah
}

export interface AdoptedFile {
  /**
   * The batch of transfers that was made of this bank file; null if no line of the file was added to a batch.
   */
  batch: BatchDetail | null
  /**
   * The codes of the lines of the bank file that were taken over before. Such a line is in a batch, or its
   * money is in suspense (money without a known purpose).
   */
  known: string[]
  /**
   * The lines of the bank file that could not be taken over yet, each with the reason. The line's settlement
   * or withdrawal exists in this database, but does not agree with the line.
   */
  open: { code: string; amountIdr: Rupiah; why: string }[]
  /**
   * The lines of the bank file whose settlement or withdrawal has no row in this database. Their money is in
   * suspense (money without a known purpose), under the line's code.
   */
  suspended: { code: string; amountIdr: Rupiah }[]
}

/**
 * Takes over a file of transfers that was given to the bank after the restored backup was made. This file is
 * needed, because no provider's list contains the bank's transfers. The settlements and withdrawals in the
 * file become lines of a batch again, so that nothing pays them a second time. `confirmBatch` then records
 * how each transfer ended. A withdrawal whose row is lost gets its row again. A second run changes nothing.
 *
 * Without a restored backup, no file should be missing, so the given file may be made up. Such a file would
 * block money of users and factories. So in this case another person must have allowed exactly this file
 * before (`laku limits allow bank_file`).
 * @throws payout.file_not_missing, kernel.reason_required, forbidden
 */
export async function adoptBankFile(work: Work, lines: readonly FileLine[]): Promise<AdoptedFile> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const amountIdr = lines.reduce((sum, line) => sum + line.amountIdr, 0)
  const allowedBy = await requireMissingFile(work, { fileId: bankFileId(lines), amountIdr })
  const adopted: AdoptedFile = { batch: null, known: [], open: [], suspended: [] }
  let batchId: string | undefined
  const batch = async () => (batchId ??= await adoptBatch(work))
  for (const line of lines) {
    const code = identityOf(line.code)
    const { amountIdr } = line
    if (await isTakenOver(work, code)) {
      adopted.known.push(code)
      continue
    }
    const before = batchId
    const why = await adoptLine(work, { ...line, code }, batch)
    if (why === undefined) continue
    batchId = before
    if (await isHere(work, code)) adopted.open.push({ code, amountIdr, why })
    else {
      await suspendLine(work, { ...line, code })
      adopted.suspended.push({ code, amountIdr })
    }
  }
  if (batchId !== undefined) {
    adopted.batch = await showBatch(work, batchId)
  }
  // A batch may have been made before the backup, but handed out to the bank after it. Such a batch is now
  // marked as handed out.
  const handedOut = await markHandedOut(work, adopted.known)
  const { batch: made, ...others } = adopted
  work.audit({
    command: 'settle batches adopt',
    subject: ['bank_batch', batchId ?? 'none'],
    after: {
      reason,
      allowedBy,
      number: made?.number ?? null,
      transfers: made?.transfers ?? 0,
      handedOut,
      ...others,
    },
  })
  return adopted
}

/**
 * Returns an id of the bank file, a UUID (version 8) made from its lines. Files with different lines have
 * different ids.
 */
function bankFileId(lines: readonly FileLine[]): string {
  const texts = lines.map(({ code, amountIdr, destination }) => {
    const { channelCode, accountNumber } = destination
    return [identityOf(code), amountIdr, channelCode, accountNumber].join(' ')
  })
  const hash = createHash('sha256').update(texts.toSorted().join('\n')).digest('hex')
  return hash.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-8$3-8$4-')
}

/**
 * Returns whether a line of the bank file was taken over before. `code` is the settlement or withdrawal that
 * the line pays. It was taken over if a bank transfer with this code was sent, or if its money is in suspense
 * (money without a known purpose).
 */
async function isTakenOver(work: Work, code: string): Promise<boolean> {
  const { rows } = await sql`
    select from payouts
    where route = 'bank' and status in ${inSql(sentPayoutStates)} and regexp_replace(key, '-[0-9]+$', '') = ${code}
    union all select from suspense_items where kind = 'bank' and code = ${code} limit 1`.execute(work.tx)
  return rows.length > 0
}

async function isHere(work: Work, code: string): Promise<boolean> {
  const { rows } = await sql`
    select from settlements where code = ${code} union all select from withdrawals where code = ${code}`.execute(
    work.tx,
  )
  return rows.length > 0
}

/**
 * Puts the money of a line of the bank file into suspense (money without a known purpose), because the bank
 * may have paid it. If the bank returns the money, the command `suspense collect` posts the return to the
 * ledger. It is no longer known which staff member approved the transfer. So the amount counts against the
 * limits of all staff members.
 */
async function suspendLine(work: Work, line: FileLine): Promise<void> {
  const { code, amountIdr } = line
  const owner = await ownerOf(work, line)
  const id = await putIntoSuspense(work, {
    key: `bank-file:${code}`,
    code,
    kind: 'bank',
    account: 'bank',
    amountIdr,
    why: 'it is in a bank file that was handed out after the backup',
    ...owner,
  })
  const { userId, factoryId } = owner
  await countLost(work, {
    kind: code.startsWith('WDR-') ? 'withdrawal' : 'settlement',
    subject: ['suspense', id ?? code],
    receiver: userId ? `user:${userId}` : factoryId ? `factory:${factoryId}` : `suspense:${code}`,
    amountIdr,
  })
}

/**
 * Makes a line of the bank file part of the batch. Returns undefined if that succeeded; otherwise returns the
 * reason and changes nothing.
 */
async function adoptLine(
  work: Work,
  { code, destination, amountIdr }: FileLine,
  batch: () => Promise<string>,
): Promise<string | undefined> {
  const taken = await work.attempt<unknown>(() =>
    code.startsWith('WDR-')
      ? adoptWithdrawalTransfer(work, { batch, code, account: destination, amountIdr })
      : adoptSettlementTransfer(work, { batch, code, destination, amountIdr }),
  )
  if ('done' in taken) return taken.done ? undefined : 'nothing here of this code waits for that sum'
  return errorText(taken.error)
}

/** Returns the user or factory that owns the bank account of a line, if there is exactly one owner. */
async function ownerOf(
  work: Work,
  { code, destination }: FileLine,
): Promise<{ userId?: string; factoryId?: string }> {
  const isWithdrawal = code.startsWith('WDR-')
  const [id, ...others] = isWithdrawal
    ? await usersOfAccount(work, destination)
    : await factoriesOfAccount(work.tx, work.vault, destination)
  if (!id || others.length > 0) return {}
  return isWithdrawal ? { userId: id } : { factoryId: id }
}
