import { stringify } from 'csv-stringify/sync'
import type { BankTransfer } from '../../payout/index.ts'

/**
 * A batch as a CSV for a bank (RFC 4180): amounts as whole rupiah, account numbers as text, no cell that a
 * spreadsheet runs.
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
