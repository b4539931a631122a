import type { Actor } from '../../domain/kernel/index.ts'
import type { CommandContext } from '../define/context.ts'

/**
 * Calls `use` with the actor. If a code of the actor's second factor was given, the code is checked before
 * that. If a code is needed and none was given, asks the actor for one and calls `use` again. This is safe,
 * because the refused first call changed nothing. A dry run does not use up a given code. It does not ask for
 * a missing code, but goes on as if a right code was given.
 */
export async function withSecondFactor<T>(
  context: CommandContext,
  actor: Actor,
  { code, dryRun = false }: { code?: string | undefined; dryRun?: boolean },
  use: (actor: Actor) => Promise<T>,
): Promise<T> {
  const given = code ?? context.code
  if (given !== undefined) return await use(await confirmed(context, actor, given, !dryRun))
  const { ConfirmedFactor, DomainError } = await import('../../domain/kernel/index.ts')
  if (dryRun)
    return await use(
      actor.kind === 'staff' ? { ...actor, factor: new ConfirmedFactor(actor.id, null) } : actor,
    )
  try {
    return await use(actor)
  } catch (error) {
    const isWanted = error instanceof DomainError && error.code === 'kernel.second_factor_needed'
    if (!isWanted || !context.prompts) throw error
    const typed = await context.prompts.secret('The code of your second factor:')
    return await use(await confirmed(context, actor, typed, true))
  }
}

/**
 * Returns the actor, confirmed by a code of their second factor. The code is checked in a transaction of its
 * own. Otherwise the rollback of a refused command would also undo the count of wrong codes.
 */
async function confirmed(context: CommandContext, actor: Actor, code: string, burn: boolean): Promise<Actor> {
  if (actor.kind !== 'staff') return actor
  const { useFactorCode } = await import('../../domain/auth/index.ts')
  const { unitOfWork } = await context.laku()
  const answer = await unitOfWork.run(actor, (work) => useFactorCode(work, { code, burn }))
  if ('refused' in answer) throw answer.refused
  return { ...actor, factor: answer }
}
