import { sql } from 'kysely'
import { actorLabel, personOf } from '../kernel/actor.ts'
import type { DomainError } from '../kernel/errors.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Work } from '../kernel/work.ts'

/**
 * Requires a second approver (four-eyes) for a step: the person who acts is not the first person, and
 * confirms by a factor that they enrolled themselves (docs/adr/0090). Factor and role are at least a day old.
 * Within that day neither person changed what the other acts by, and neither ever let the other in. `first`
 * is as `personOf` or `actorLabel` wrote it. `same` makes the error that is thrown where both are the same
 * person.
 * @throws kernel.same_hands, kernel.role_too_new, kernel.factor_too_new, kernel.second_factor_missing,
 * kernel.second_factor_needed
 */
export async function requireSecondPerson(work: Work, first: string, same: () => DomainError): Promise<void> {
  const refused = await secondPersonRefused(work, first, same)
  if (refused) throw refused
}

/** Whether who acts is a second person to this one, and confirmed it. */
export async function isSecondPerson(work: Work, first: string): Promise<boolean> {
  return (await secondPersonRefused(work, first, () => kernelErrors.same_hands())) === undefined
}

/**
 * Requires the second factor of a person who allows another's act beforehand, as for any second person. That
 * the two are different people is checked when the act is done.
 * @throws kernel.role_too_new, kernel.factor_too_new, kernel.second_factor_missing,
 * kernel.second_factor_needed
 */
export async function requireOwnFactor(work: Work): Promise<void> {
  const refused = await secondPersonRefused(work, 'nobody yet', () => kernelErrors.same_hands())
  if (refused) throw refused
}

interface Found {
  isSame: boolean
  refusal: keyof typeof refusals | null
  isOver: boolean
  firstName: string | null
}

const refusals = {
  'kernel.same_hands': kernelErrors.same_hands,
  'kernel.role_too_new': kernelErrors.role_too_new,
  'kernel.factor_too_new': kernelErrors.factor_too_new,
  'kernel.second_factor_missing': kernelErrors.second_factor_missing,
}

async function secondPersonRefused(
  { tx, actor, now }: Work,
  first: string,
  same: () => DomainError,
): Promise<DomainError | undefined> {
  if (first === personOf(actor) || first === actorLabel(actor)) return same()
  if (actor.kind !== 'staff') return undefined
  const { id, factor } = actor
  const { rows } = await sql<Found>`
    select coalesce(staff_named(${first}) = ${id}::uuid, false) as is_same, second_person_refusal(${first}, ${id}, ${now}) as refusal,
      exists (select from staff_factors where id = ${factor?.factorId ?? null}::uuid and ended_at is not null) as is_over,
      (select name from staff where id = staff_named(${first})) as first_name`.execute(tx)
  const [found] = rows
  if (found?.isSame) return same()
  if (found?.refusal) return refusals[found.refusal]({ first: found.firstName })
  if (!factor?.isOf(id) || found?.isOver) return kernelErrors.second_factor_needed()
  return undefined
}
