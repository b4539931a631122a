import { section } from '../../cli/define/command.ts'
import type { EntryLine } from '../../domain/ledger/list-entries.ts'

/** Returns a section for a `show` command: the ledger entries of the object that the command shows. */
export const ledgerSection = (entries: readonly EntryLine[]) =>
  section(
    'Ledger',
    [
      { name: 'key', heading: 'transaction', kind: 'code', spare: true, value: (row) => row.key },
      { name: 'account', kind: 'code', value: (row) => row.account },
      { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    ],
    entries,
  )
