import { sql } from 'kysely'
import { actorLabel, personOf } from '../kernel/actor.ts'
import type { DomainError } from '../kernel/errors.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Work } from '../kernel/work.ts'

/**
 * Requires that the actor may act as second approver (four-eyes) after the person `first` (docs/adr/0090).
 * The two must be different people who are independent of each other. Neither may ever have vouched for the
 * other. Within the last day, neither may have given or taken away the other's token, role or factor. The
 * actor must give a second factor, and nobody else may have enrolled this factor. The factor and the actor's
 * role must be at least a day old. `first` is a text from `personOf` or `actorLabel`. `same` makes the error
 * for the case that both are one person.
 * @throws kernel.approver_not_independent, kernel.not_a_person, kernel.role_too_new, kernel.factor_too_new,
 * kernel.second_factor_missing, kernel.second_factor_needed
 */
export async function requireSecondPerson(work: Work, first: string, same: () => DomainError): Promise<void> {
  const refused = await secondPersonRefused(work, first, same)
  if (refused) throw refused
}

/**
 * Tells whether the actor, with a confirmed second factor, counts as a second approver who is independent of
 * the person `first`.
 */
export async function isSecondPerson(work: Work, first: string): Promise<boolean> {
  return (await secondPersonRefused(work, first, () => kernelErrors.approver_not_independent())) === undefined
}

/**
 * Tells whether the text from `personOf` or `actorLabel` names a person. A service, laku itself and a
 * provider are not persons. So if one of them did the first step, no person has decided anything yet.
 */
export async function isPerson({ tx }: Pick<Work, 'tx'>, named: string): Promise<boolean> {
  const { rows } = await sql<{ is: boolean }>`select is_person(${named}) as is`.execute(tx)
  return rows[0]?.is ?? false
}

/**
 * Requires a second factor from a person who approves in advance what another person will do. The factor must
 * meet the same rules as any second approver's factor. Whether the two are different people is checked later,
 * when the other person acts.
 * @throws kernel.role_too_new, kernel.factor_too_new, kernel.second_factor_missing,
 * kernel.second_factor_needed
 */
export async function requireOwnFactor(work: Work): Promise<void> {
  const refused = await secondPersonRefused(work, 'nobody yet', () => kernelErrors.approver_not_independent())
  if (refused) throw refused
}

interface Found {
  isSame: boolean
  refusal: keyof typeof refusals | null
  isOver: boolean
  firstName: string | null
}

const refusals = {
  'kernel.not_a_person': kernelErrors.not_a_person,
  'kernel.same_hands': kernelErrors.approver_not_independent,
  'kernel.role_too_new': kernelErrors.role_too_new,
  'kernel.factor_too_new': kernelErrors.factor_too_new,
  'kernel.second_factor_missing': kernelErrors.second_factor_missing,
}

/**
 * Returns the error because of which the actor does not count as a second approver after the person `first`;
 * undefined if the actor does. If both are one person, it is the error that `same` makes.
 */
export async function secondPersonRefused(
  { tx, actor, now }: Work,
  first: string,
  same: () => DomainError,
): Promise<DomainError | undefined> {
  if (first === personOf(actor) || first === actorLabel(actor)) return same()
  if (actor.kind !== 'staff') return kernelErrors.not_a_person()
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
