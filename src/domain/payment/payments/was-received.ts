import { type RawBuilder, sql } from 'kysely'
import { inSql } from '../../kernel/index.ts'
import { paidStates } from '../transitions.ts'

/**
 * An SQL condition: the money of a payment was posted to its order or session. `payment` is the name of the
 * payment's row in the statement. Money that was sent back from quarantine (money without a matching payment)
 * was never posted there, so it does not count.
 */
export function wasReceived(payment: string): RawBuilder<boolean> {
  const [status, returnedIdr] = [sql.ref(`${payment}.status`), sql.ref(`${payment}.returned_idr`)]
  return sql<boolean>`(${status} in ${inSql(paidStates)} or (${status} = 'refunded' and ${returnedIdr} > 0))`
}
