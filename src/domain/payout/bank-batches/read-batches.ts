import { type RawBuilder, sql } from 'kysely'
import { pageOf, type Rupiah, type Tx, type Work } from '../../kernel/index.ts'
import { channelName } from '../../ops/index.ts'
import { nameOfPerson } from '../../staff/index.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'
import { openAccount, type SealedAccount, shownAccount } from '../payouts/destination.ts'
import type { BankBatchStatus, PayoutStatus } from '../transitions.ts'
import { claimLine, type LeftOut } from './claim-line.ts'

export interface BatchView {
  id: string
  number: number
  status: BankBatchStatus
  statusReason: string | null
  transfers: number
  /**
   * The sum of the batch's lines. `openIdr` is the sum of the lines that the bank has neither confirmed nor
   * rejected yet.
   */
  totalIdr: Rupiah
  openIdr: Rupiah
  madeBy: string
  madeAt: Date
  handedOutAt: Date | null
  finishedAt: Date | null
}

export interface BatchLine {
  payoutId: string
  purpose: PayoutPurpose
  subjectId: string
  /** The code of the settlement or withdrawal that the line pays. */
  code: string
  status: PayoutStatus
  amountIdr: Rupiah
  channelCode: string
  bank: string
  /** The last four digits of the receiving account's number. */
  account: string
  reference: string | null
  failureCode: string | null
}

export interface BatchDetail extends BatchView {
  /** The bank's reference for the whole batch; null if there is none. */
  reference: string | null
  lines: BatchLine[]
}

/** A bank transfer with the details that the bank needs, including the whole account number. */
export interface BankTransfer {
  code: string
  channelCode: string
  bank: string
  accountNumber: string
  accountHolderName: string
  amountIdr: Rupiah
  description: string
}

const views = (where: RawBuilder<unknown>, limit: number) => sql<BatchView>`
  select b.id, b.number::int8 as number, b.status, b.status_reason, t.transfers, t.total_idr, t.open_idr,
    ${nameOfPerson(sql`b.made_by`)} as made_by, b.made_at, b.handed_out_at, b.finished_at
  from bank_batches b cross join lateral (
    select count(*)::int as transfers, coalesce(sum(amount_idr), 0)::int8 as total_idr,
      coalesce(sum(amount_idr) filter (where status = 'submitted'), 0)::int8 as open_idr
    from payouts where batch_id = b.id
  ) t
  where ${where} order by b.id desc limit ${limit}`

export interface BatchFilter {
  status?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Returns batches of bank transfers, newest first, by keyset pages. */
export async function listBatches(
  tx: Tx,
  { status, limit, cursor }: BatchFilter,
): Promise<{ data: BatchView[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (status) wheres.push(sql`b.status = ${status}`)
  if (cursor) wheres.push(sql`b.id < ${cursor}::uuid`)
  const { rows } = await views(sql.join(wheres, sql` and `), limit + 1).execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/** Returns one batch by its number or id, with its lines. @throws payout.batch_not_found */
export async function showBatch(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  named: string,
): Promise<BatchDetail> {
  const { rows } = await views(batchNamed(named), 1).execute(tx)
  const [batch] = rows
  if (!batch) throw payoutErrors.batch_not_found({ batch: named })
  const lines = await sql<Omit<BatchLine, 'bank' | 'account' | 'code'> & SealedAccount & { key: string }>`
    select p.id as payout_id, p.purpose, p.subject_id, p.key, p.status, p.amount_idr, p.channel_code, p.account_number,
      p.account_holder, p.failure_code,
      (select given from bank_references where subject_kind = 'payout' and subject_id = p.id::text limit 1) as reference
    from payouts p where p.batch_id = ${batch.id} order by p.id`.execute(tx)
  const { rows: references } = await sql<{ given: string }>`
    select given from bank_references where subject_kind = 'bank_batch' and subject_id = ${batch.id} limit 1`.execute(
    tx,
  )
  return {
    ...batch,
    reference: references[0]?.given ?? null,
    lines: lines.rows.map(({ key, accountNumber, accountHolder: _, ...line }) => ({
      ...line,
      code: subjectCode(key),
      bank: channelName(line.channelCode),
      account: shownAccount(vault, accountNumber),
    })),
  }
}

/**
 * The transfers in a batch's file, and the lines that are left out because their account cannot be decrypted.
 */
export interface BankFile {
  transfers: BankTransfer[]
  leftOut: LeftOut[]
}

/**
 * Returns the open lines of a batch with the details that the bank needs, including whole account numbers.
 * The caller must record who gets them. A line is left out if its factory or user was suspended, or its
 * account stopped, after the batch was made. The reason says whether an earlier file has the line. A line
 * whose account no encryption key can decrypt is left out too, and an attention item is raised.
 */
export async function transfersOf(work: Work, batchId: string): Promise<BankFile> {
  const { rows } = await sql<
    SealedAccount & {
      id: string
      key: string
      amountIdr: Rupiah
      description: string
      held: boolean
      inFile: boolean
    }
  >`
    select id, key, channel_code, account_number, account_holder, amount_idr, description, held, in_file from payouts
    where batch_id = ${batchId} and status = 'submitted' order by id`.execute(work.tx)
  const file: BankFile = { transfers: [], leftOut: [] }
  const written: string[] = []
  for (const { id, key, amountIdr, description, held, inFile, ...sealed } of rows) {
    const code = subjectCode(key)
    if (held) {
      const why = inFile ? payoutErrors.line_at_bank() : payoutErrors.line_held()
      file.leftOut.push({ code, why: why.code })
      continue
    }
    // The bank may pay a line of an earlier file. So nobody is told to record it as rejected.
    const command = inFile
      ? `laku settle batches show ${batchId}`
      : `laku settle batches confirm ${batchId} ${code} --rejected`
    const account = await claimLine(work, { code, subject: ['payout', id], command }, async () =>
      openAccount(work.vault, sealed),
    )
    if ('why' in account) file.leftOut.push({ code, why: account.why })
    else {
      written.push(id)
      file.transfers.push({
        code,
        bank: channelName(sealed.channelCode),
        ...account.done,
        amountIdr,
        description,
      })
    }
  }
  // A batch that was only made (`settle export --keep`) has no file yet, although its lines can be read.
  await sql`
    update payouts p set in_file = true from bank_batches b
    where p.id = any(${written}::uuid[]) and not p.in_file and b.id = p.batch_id and b.status = 'handed_out'`.execute(
    work.tx,
  )
  return file
}

/**
 * Returns the code of a settlement or withdrawal from a payout's key: `STL-261123-7K3QX2` from
 * `STL-261123-7K3QX2-1`.
 */
export const subjectCode = (key: string): string => key.replace(/-\d+$/, '')

export const batchNamed = (named: string): RawBuilder<unknown> =>
  /^\d{1,15}$/.test(named) ? sql`b.number = ${named}` : sql`b.id::text = ${named.toLowerCase()}`
