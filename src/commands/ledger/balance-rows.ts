import type { Page } from '../../cli/define/command.ts'
import type { Column } from '../../cli/output/table.ts'
import { type Paged, pageOf } from '../../domain/kernel/index.ts'

/** The balance of one account, or of a family of accounts (`wallet:*`) as a sum. */
export interface BalanceRow {
  account: string
  kind: string | null
  /** The number of accounts whose balances the row sums up. */
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
 * Returns one page of account balances. The caller has already read all balances, because they are few. There
 * is one for each kind of account, or one for each account that the person named.
 */
export function balancePage(all: readonly BalanceRow[], { cursor, limit }: Page): Paged<BalanceRow> {
  const rest = cursor === undefined ? all : all.slice(all.findIndex((row) => row.account === cursor) + 1)
  return pageOf(rest, limit, (row) => row.account)
}
