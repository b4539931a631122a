import { sql } from 'kysely'
import { insertRows, newCode, newId, personOf, requireKnownDatabase, type Work } from '../../kernel/index.ts'
import { voidLocked } from '../approval/void.ts'
import { type LockedSettlement, lockSettlements } from '../lock.ts'
import { settlementViews } from '../read.ts'
import { isSettled, type Period, planHash, totalsOf } from '../rules.ts'
import type { SettlementView } from '../views.ts'
import { type DueLine, lockDueLines, presentLines } from './due-lines.ts'

/**
 * Creates a settlement from a factory's unsettled lines that are due, if their sum reaches the minimum. If
 * the sum is smaller, it is carried over. A calculated settlement whose plan (the lines and their amounts)
 * has changed is first voided and calculated again. Returns all settlements of the factory through this date,
 * and the sum that is carried over. A second run creates nothing and returns the same.
 */
export async function calculateSettlement(
  work: Work,
  factory: { id: string; name: string },
  period: Period,
): Promise<SettlementView[]> {
  await requireKnownDatabase(work.tx)
  await voidChanged(work, factory.id)
  const lines = await lockDueLines(work.tx, factory.id, period)
  const totals = totalsOf(lines)
  if (isSettled(totals.netIdr, work.policy)) await write(work, factory.id, lines, period)
  const made = await settlementViews(
    work.tx,
    sql`s.factory_id = ${factory.id}::uuid and s.through_date = ${period.through}::date and s.status <> 'void'`,
  )
  if (lines.length === 0 || isSettled(totals.netIdr, work.policy)) return made
  return [...made, carriedView(factory, lines, period)]
}

/** Describes an amount that is not paid to the factory now, but carried over to its next settlement. */
export function carriedView(
  factory: { id: string; name: string },
  lines: readonly DueLine[],
  { through }: Period,
): SettlementView {
  const totals = totalsOf(lines)
  return { factory, through, ...totals, netIdr: 0, carriedIdr: totals.netIdr, status: 'carried' }
}

async function voidChanged(work: Work, factoryId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from settlements where factory_id = ${factoryId} and status = 'calculated'`.execute(work.tx)
  if (rows.length === 0) return
  const locked = await lockSettlements(
    work.tx,
    rows.map((row) => row.id),
  )
  for (const settlement of locked.values()) {
    if (settlement.status !== 'calculated') continue
    if (await hasChanged(work, settlement)) await voidLocked(work, settlement, 'plan_changed')
  }
}

/**
 * Tells whether a settlement's lines have changed since it was calculated, for example by a return or a
 * refund.
 */
export async function hasChanged(work: Work, settlement: LockedSettlement): Promise<boolean> {
  return planHash(await presentLines(work.tx, settlement)) !== settlement.planHash
}

async function write(
  work: Work,
  factoryId: string,
  lines: readonly DueLine[],
  period: Period,
): Promise<void> {
  const id = newId()
  const code = newCode('STL', work.now)
  const totals = totalsOf(lines)
  await insertRows(work.tx, 'settlements', [
    {
      id,
      code,
      factoryId,
      throughDate: period.through,
      status: 'calculated',
      ...totals,
      planHash: planHash(lines),
      payouts: 0,
      statementAttempts: 0,
      calculatedBy: personOf(work.actor),
      calculatedAt: work.now,
      createdAt: work.now,
      updatedAt: work.now,
    },
  ])
  await sql`
    update settlement_items set settlement_id = ${id}
    where entry_seq = any(${lines.map((line) => line.entrySeq)}::bigint[]) and settlement_id is null`.execute(
    work.tx,
  )
  const payload = { settlementId: id, code, factoryId, netIdr: totals.netIdr }
  work.emit({ type: 'settlement.calculated', aggregate: ['settlement', id], payload })
  work.audit({
    command: 'settle run',
    subject: ['settlement', id],
    after: { code, through: period.through, ...totals },
  })
}
