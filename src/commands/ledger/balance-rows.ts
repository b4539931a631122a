import type { Page } from '../../cli/define/command.ts'
import type { Column } from '../../cli/output/table.ts'
import { type Paged, pageOf } from '../../domain/kernel/index.ts'

/** An account, or a family (`wallet:*`) as a sum. */
export interface BalanceRow {
  account: string
  kind: string | null
  /** How many accounts the row sums up. */
  accounts: number
  balanceIdr: number
}

export const balanceColumns: readonly Column<BalanceRow>[] = [
  { name: 'account', kind: 'code', value: (row) => row.account },
  { name: 'kind', value: (row) => row.kind },
  { name: 'accounts', kind: 'number', value: (row) => row.accounts },
  { name: 'balance_idr', kind: 'idr', value: (row) => row.balanceIdr },
]

/**
 * A page out of balances that were read whole: there are as many as there are kinds of accounts, or were
 * named.
 */
export function balancePage(all: readonly BalanceRow[], { cursor, limit }: Page): Paged<BalanceRow> {
  const rest = cursor === undefined ? all : all.slice(all.findIndex((row) => row.account === cursor) + 1)
  return pageOf(rest, limit, (row) => row.account)
}
