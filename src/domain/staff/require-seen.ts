import { sql } from 'kysely'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Work } from '../kernel/work.ts'

/** Something that the approver of a request must know: it may have changed since somebody asked. */
export type SeenChange =
  | 'user_suspended'
  | 'user_deleted'
  | 'user_closing'
  | 'factory_suspended'
  | 'bank_account_changed'
  | 'bank_account_stopped'
  | 'asker_suspended'
  | 'asker_role_changed'

export interface SeenRequest {
  /** The person who asked, as `personOf` or `actorLabel` names them; null if no person asked. */
  askedBy: string | null
  askedAt?: Date | undefined
  /** The changes of the receiver of the money. */
  changes: readonly SeenChange[]
  /** True if the approver says that they have seen the changes. */
  seen?: boolean | undefined
}

/**
 * Refuses an approval if the receiver or the person who asked changed meanwhile, until the approver says that
 * they have seen it. `seen` without any change is refused, so that nobody gets used to giving it.
 * @throws kernel.changed_since_asked, option_not_taken
 */
export async function requireSeen(
  work: Work,
  { askedBy, askedAt, changes, seen = false }: SeenRequest,
): Promise<void> {
  const all = [...changes, ...(await changesOfAsker(work, askedBy, askedAt))]
  if (all.length > 0 && !seen) throw kernelErrors.changed_since_asked({ changes: all })
  if (all.length === 0 && seen)
    throw kernelErrors.option_not_taken({ option: '--seen', why: 'nothing changed since it was asked for' })
}

async function changesOfAsker(
  { tx }: Work,
  askedBy: string | null,
  askedAt: Date | undefined,
): Promise<SeenChange[]> {
  if (askedBy === null) return []
  const { rows } = await sql<{ isActive: boolean; isOther: boolean }>`
    select status = 'active' as is_active, coalesce(role_since > ${askedAt ?? null}::timestamptz and role_since > created_at, false) as is_other
    from staff where id = staff_named(${askedBy})`.execute(tx)
  return rows.flatMap(({ isActive, isOther }): SeenChange[] => [
    ...(isActive ? [] : ['asker_suspended' as const]),
    ...(isOther ? ['asker_role_changed' as const] : []),
  ])
}
