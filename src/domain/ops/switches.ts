import { type RawBuilder, sql } from 'kysely'
import { actorLabel, requireStaff, type StaffRole } from '../kernel/actor.ts'
import { databaseIsKnown } from '../kernel/database/recognise-restore.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Tx, Work } from '../kernel/work.ts'

export const switchNames = ['joins', 'payouts', 'xendit', 'biteship', 'whatsapp', 'email', 'sms'] as const
export type SwitchName = (typeof switchNames)[number]

export interface SwitchView {
  name: SwitchName
  paused: boolean
  reason: string | null
  changedBy: string | null
  changedAt: Date | null
}

/**
 * The role, besides admin, that may pause and resume each part of laku's work. It is the role of the people
 * who do that work.
 */
const mayTurn: Record<SwitchName, StaffRole> = {
  joins: 'support',
  payouts: 'finance',
  xendit: 'finance',
  biteship: 'warehouse',
  whatsapp: 'support',
  email: 'support',
  sms: 'support',
}

/**
 * The kinds of work that are paused while the database may be a copy of the shop's database. A copy must not
 * send again what the original database sent.
 */
const stopsInDoubt: readonly SwitchName[] = ['payouts', 'xendit', 'biteship']

/**
 * Whether this kind of work is paused now. Either staff have paused it, or the database may be a copy of the
 * shop's own (ADR 0068). Paused work waits; it does not fail.
 */
export async function isPaused(tx: Tx, name: SwitchName): Promise<boolean> {
  const inDoubt = stopsInDoubt.includes(name) ? sql`not ${databaseIsKnown}` : sql`false`
  const { rows } = await sql<{ paused: boolean }>`
    select coalesce((select paused from switches where name = ${name}), false) or ${inDoubt} as paused`.execute(
    tx,
  )
  return rows[0]?.paused ?? false
}

/** Returns an SQL condition that is true while staff have paused this kind of work. */
export const switchedOff = (name: SwitchName): RawBuilder<boolean> =>
  sql<boolean>`(select paused from switches where name = ${sql.lit(name)})`

/** @throws kernel.paused */
export async function requireRunning(tx: Tx, name: SwitchName): Promise<void> {
  if (await isPaused(tx, name)) throw kernelErrors.paused({ switch: name })
}

/** Lists all switches with which staff pause parts of laku's work, by name. */
export async function listSwitches(tx: Tx): Promise<SwitchView[]> {
  const rows = await tx
    .selectFrom('switches')
    .select(['name', 'paused', 'reason', 'changedBy', 'changedAt'])
    .orderBy('name')
    .execute()
  return rows as SwitchView[]
}

/**
 * Pauses or resumes the work behind a switch. If the switch is already in that state, only its reason
 * changes.
 * @throws kernel.forbidden, kernel.switch_not_found
 */
export async function setSwitch(
  work: Work,
  { name, paused, reason }: { name: SwitchName; paused: boolean; reason: string },
): Promise<SwitchView> {
  requireStaff(work.actor, mayTurn[name])
  const { rows } = await sql<{ paused: boolean; reason: string | null }>`
    select paused, reason from switches where name = ${name} for no key update`.execute(work.tx)
  const [before] = rows
  if (!before) throw kernelErrors.switch_not_found({ name })
  const after = { paused, reason, changedBy: actorLabel(work.actor), changedAt: work.now }
  await work.tx.updateTable('switches').set(after).where('name', '=', name).execute()
  work.audit({
    command: paused ? 'switches pause' : 'switches resume',
    subject: ['switch', name],
    before,
    after: { paused, reason },
  })
  return { name, ...after }
}
