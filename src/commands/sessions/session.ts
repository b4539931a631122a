import { z } from 'zod'
import type { CommandContext } from '../../cli/define/context.ts'
import type { SessionView } from '../../domain/group-buying/index.ts'
import { formatIdr, type Tx } from '../../domain/kernel/index.ts'

/** The argument that names a session, for every verb that takes one. */
export const sessionArgument = { name: 'session', description: 'the UUID or code of the session' } as const
export const sessionInput = { session: z.string().min(1) }

/**
 * Returns the session that the command line names, even if it is a draft. Throws
 * group_buying.session_not_found.
 */
export async function sessionNamed(tx: Tx, named: string): Promise<SessionView> {
  const { getSession } = await import('../../domain/group-buying/list.ts')
  return await getSession(tx, named, { withDrafts: true })
}

/**
 * Returns the code of a session, which must be typed to confirm a severe change. Also returns what is at
 * stake: the number of the session's paid joins and the money in its escrow.
 */
export async function stakeOf(
  context: CommandContext,
  named: string,
): Promise<{ code: string; stake: string }> {
  const { balanceIdr } = await import('../../domain/ledger/balances.ts')
  const { escrow } = await import('../../domain/ledger/accounts.ts')
  return await context.read(async ({ tx }) => {
    const { id, code, participants } = await sessionNamed(tx, named)
    const held = formatIdr(await balanceIdr(tx, escrow(id)))
    return { code, stake: `paid places ${participants}, ${held} in escrow` }
  })
}
