import { sql } from 'kysely'
import { bookedOf, chargedIdr, movedIdr } from '../../src/domain/payment/reconciliation/booked-sums.ts'
import type { GatewayTransaction } from '../../src/domain/payment/reconciliation/gateway-transactions.ts'
import type { House as World } from '../outside/house.ts'

const A_PAGE = 50

/** Returns all lines of the provider's transaction list. */
async function linesOf({ gateway }: World): Promise<GatewayTransaction[]> {
  const lines: GatewayTransaction[] = []
  for (let afterId: string | undefined, more = true; more; ) {
    const page = await gateway.listTransactions({ afterId, limit: A_PAGE })
    lines.push(...page.transactions)
    afterId = page.lastId
    more = page.hasMore
  }
  return lines
}

interface Posted {
  key: string
  kind: string
  idr: number
  code: string | null
}

/**
 * Lists the movements by which the provider's balance and ours differ, of both sides: each line that our
 * ledger has otherwise or that is not final, each posting that counts for no line, and each that counts for
 * two. Each movement is listed with its object and its kind.
 */
export async function unmatched(world: World): Promise<string[]> {
  const lines = await linesOf(world)
  return await world.laku.system(async ({ tx }) => {
    const booked = await bookedOf(tx, lines)
    const counts = new Map<string, number>()
    const theirs = lines.flatMap((line) => {
      const ours = booked.get(line.id)
      for (const key of ours?.keys ?? []) counts.set(key, (counts.get(key) ?? 0) + 1)
      const [movedToIdr, feeIdr] = [movedIdr(line), chargedIdr(line)]
      if (movedToIdr === ours?.amountIdr && feeIdr === ours?.feeIdr) return []
      const { id, type, status, productId, referenceId, moneyIn, amountIdr } = line
      return `the provider has ${type} ${id} ${status} ${moneyIn ? '+' : '-'}${amountIdr} of ${productId} ${referenceId}, fee ${line.feeStatus} ${line.feeIdr}: ours are ${ours?.amountIdr} and ${ours?.feeIdr} (${ours?.keys.join(', ')})`
    })
    const { rows } = await sql<Posted>`
      select t.key, t.kind, e.amount_idr as idr, coalesce(p.code, r.code, w.code, s.code, i.code) as code
      from ledger_entries e join ledger_accounts a on a.id = e.account_id and a.key = 'gateway'
      join ledger_transactions t on t.id = e.transaction_id
      left join payments p on p.id = t.subject_id left join refunds r on r.id = t.subject_id
      left join withdrawals w on w.id = t.subject_id left join settlements s on s.id = t.subject_id
      left join suspense_items i on i.id = t.subject_id order by e.seq`.execute(tx)
    const ours = rows
      .filter(({ key }) => counts.get(key) !== 1)
      .map(
        ({ key, kind, idr, code }) =>
          `we have ${kind} ${key} ${idr} of ${code}: it counts for ${counts.get(key) ?? 0} lines`,
      )
    return [...theirs, ...ours]
  })
}
