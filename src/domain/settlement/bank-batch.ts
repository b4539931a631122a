import { sql } from 'kysely'
import { payableAccounts } from '../factory/index.ts'
import { channelName, type Rupiah, requireStaff, type Work } from '../kernel/index.ts'
import { settlementErrors } from './errors.ts'
import { settlementViews } from './read-settlements.ts'

/** A transfer of a batch, as a bank takes it. */
export interface BankTransfer {
  code: string
  factory: string
  channelCode: string
  bank: string
  accountNumber: string
  accountHolderName: string
  amountIdr: Rupiah
  description: string
}

export interface BankBatch {
  transfers: BankTransfer[]
  /** Left out: their factory has no account that is payable. */
  withoutAccount: string[]
}

/**
 * The transfers that these settlements (by id or code), or all approved ones, come to: one batch, for one bank's channel where it is
 * named. It holds whole account numbers, so that who took it is in the audit log.
 * @throws settlement.not_found, kernel.forbidden
 */
export async function bankBatch(
  work: Work,
  input: { settlements: readonly string[]; channelCode?: string | undefined },
): Promise<BankBatch> {
  requireStaff(work.actor, 'finance')
  const named = input.settlements
  const [codes, ids] = [named.map((one) => one.toUpperCase()), named.map((one) => one.toLowerCase())]
  const where =
    named.length === 0
      ? sql`s.status = 'approved'`
      : sql`(s.code = any(${codes}) or s.id::text = any(${ids}))`
  const settlements = await settlementViews(work.tx, where)
  if (settlements.length < named.length) throw settlementErrors.not_found({ settlements: named })
  const factoryIds = settlements.map((one) => one.factory.id)
  const accounts = await payableAccounts(work.tx, work.vault, factoryIds, work.now)
  const batch: BankBatch = { transfers: [], withoutAccount: [] }
  for (const { code, factory, netIdr } of settlements.toReversed()) {
    const account = accounts.get(factory.id)
    if (!account) batch.withoutAccount.push(code)
    else if (!input.channelCode || account.channelCode === input.channelCode) {
      const bank = channelName(account.channelCode)
      batch.transfers.push({
        code,
        factory: factory.name,
        bank,
        ...account,
        amountIdr: netIdr,
        description: `Laku ${code}`,
      })
    }
  }
  for (const { id, code } of settlements) {
    work.audit({ command: 'settle export', subject: ['settlement', id], after: { code } })
  }
  return batch
}
