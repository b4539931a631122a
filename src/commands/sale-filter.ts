import { z } from 'zod'
import type { CommandContext } from '../cli/define/context.ts'
import type { Work } from '../domain/kernel/index.ts'
import { sessionNamed } from './sessions/session.ts'

/**
 * The options that filter a list of orders or a list of payments. The filter by status is not one of them.
 */
export const saleOptions = [
  { flags: '--session <session>', description: 'only of this session (UUID or code)' },
  { flags: '--user <id>', description: 'only of this buyer (UUID)' },
  { flags: '--since <time>', description: 'only made since this time: ISO 8601, -2h, yesterday' },
] as const

export const saleInput = {
  session: z.string().optional(),
  user: z.uuid().optional(),
  since: z.string().optional(),
}

interface SaleFilter {
  sessionId: string | undefined
  userId: string | undefined
  createdSince: Date | undefined
}

/**
 * Calls `read` with the filter that these options make. In the filter, the session's name is replaced by its
 * id, and the text of the time by an instant.
 */
export async function readSales<T>(
  context: CommandContext,
  { session, user, since }: { [name in keyof typeof saleInput]?: string | undefined },
  read: (work: Work, filter: SaleFilter) => Promise<T>,
): Promise<T> {
  const createdSince = since === undefined ? undefined : await context.instant(since, '--since')
  return await context.read(async (work) => {
    const sessionId = session === undefined ? undefined : (await sessionNamed(work.tx, session)).id
    return await read(work, { sessionId, userId: user, createdSince })
  })
}
