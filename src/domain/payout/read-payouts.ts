import { sql } from 'kysely'
import { channelName, maskedAccount, type Rupiah, type Tx, type Vault } from '../kernel/index.ts'
import { openAccount, type SealedAccount } from './destination.ts'
import type { PayoutStatus } from './transitions.ts'

/** A payout as staff see it. */
export interface PayoutView {
  id: string
  key: string
  status: PayoutStatus
  amountIdr: Rupiah
  channelCode: string
  bank: string
  /** The last four digits. */
  account: string
  providerPayoutId: string | null
  /** The provider's own word, the last that was heard. */
  providerStatus: string | null
  failureCode: string | null
  /** Not sent, and not to be: its receiver is suspended. */
  held: boolean
  createdAt: Date
  submittedAt: Date | null
  finishedAt: Date | null
}

/** The payouts of a settlement or a withdrawal, newest first. */
export async function payoutsOf(tx: Tx, vault: Vault, subjectId: string): Promise<PayoutView[]> {
  const { rows } = await sql<Omit<PayoutView, 'bank' | 'account'> & SealedAccount>`
    select id, key, status, amount_idr, channel_code, account_number, account_holder, provider_payout_id, provider_status,
      failure_code, (status = 'created' or status = 'submitted' and called_at is null) and next_check_at is null as held, created_at, submitted_at, finished_at
    from payouts where subject_id = ${subjectId} order by id desc`.execute(tx)
  return rows.map(({ accountNumber, accountHolder, ...row }) => {
    const account = openAccount(vault, { channelCode: row.channelCode, accountNumber, accountHolder })
    return {
      ...row,
      bank: channelName(row.channelCode),
      account: maskedAccount(account.accountNumber),
    }
  })
}
