import { stringify } from 'csv-stringify/sync'
import type { BankTransfer } from '../../payout/index.ts'

/**
 * Writes a batch of bank transfers as a CSV file for a bank (RFC 4180). Amounts are whole rupiah and account
 * numbers are text. Cells are escaped, so that a spreadsheet runs none of them as a formula.
 */
export function bankCsv(transfers: readonly BankTransfer[]): string {
  return stringify([...transfers], {
    header: true,
    record_delimiter: 'windows',
    escape_formulas: true,
    columns: [
      { key: 'code', header: 'code' },
      { key: 'channelCode', header: 'channel_code' },
      { key: 'bank', header: 'bank' },
      { key: 'accountNumber', header: 'account_number' },
      { key: 'accountHolderName', header: 'account_holder_name' },
      { key: 'amountIdr', header: 'amount_idr' },
      { key: 'description', header: 'description' },
    ],
  })
}
