import { sql } from 'kysely'
import { idOrCode } from './ids.ts'
import { kernelErrors } from './kernel-errors.ts'
import type { Work } from './work.ts'

/**
 * Where a step needs two people: the one who acts must not be in the same hands as the one before (docs/adr/0040). Whoever lets somebody
 * in has seen their token and could act as them, so an administrator and all whom they let in count as one person.
 * `first` is as `personOf` or `actorLabel` wrote it. That they are not the very same is asked before, by each step itself.
 * @throws kernel.same_hands with `administrator`, in whose hands both are
 */
export async function requireOtherHands(work: Work, first: string): Promise<void> {
  const administrator = await inSameHands(work, first)
  if (administrator) throw kernelErrors.same_hands({ administrator })
}

/** The administrator in whose hands both are, the one who acts and the one before; nothing where they are in different ones. */
export async function inSameHands({ tx, actor }: Work, first: string): Promise<string | undefined> {
  if (actor.kind !== 'staff') return undefined
  const key = idOrCode(first)
  const which = 'id' in key ? sql`id = ${key.id}::uuid` : sql`name = ${first.replace(/^staff:/, '')}`
  const { rows } = await sql<{ administrator: string }>`
    select a.name as administrator
    from staff one join staff other on coalesce(one.vouched_by, one.id) = coalesce(other.vouched_by, other.id)
    join staff a on a.id = coalesce(one.vouched_by, one.id)
    where one.id = ${actor.id}::uuid and other.id = (select id from staff where ${which})`.execute(tx)
  return rows[0]?.administrator
}
