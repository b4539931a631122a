import { sql } from 'kysely'
import type { Actor, AttentionItem, UnitOfWork, Work } from '../../kernel/index.ts'
import { asideFor } from '../../ops/index.ts'

/**
 * The inputs of a job that processes all due orders: `unitOfWork` runs its transactions, and `actor` is the
 * job.
 */
export interface SweepContext {
  unitOfWork: UnitOfWork
  actor: Actor
}

/** Returns the attention item about an order that a batch could not process, and that is left out for now. */
export async function orderAside(
  work: Work,
  orderId: string,
  what: string,
): Promise<Omit<AttentionItem, 'kind'>> {
  const { rows } = await sql<{ code: string }>`select code from orders where id = ${orderId}::uuid`.execute(
    work.tx,
  )
  const code = rows[0]?.code ?? orderId
  return asideFor(work, {
    subject: ['order', orderId],
    what: `${code} ${what}`,
    command: `laku orders show ${code}`,
  })
}
