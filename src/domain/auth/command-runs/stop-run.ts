import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { type CommandRunView, showRun } from './read-runs.ts'

/**
 * Asks the server that runs a command to stop the command between two of its steps. Steps that are already
 * done are not undone.
 * @throws auth.command_run_not_found, auth.command_run_over
 */
export async function stopRun(work: Work, id: string): Promise<CommandRunView> {
  const before = await showRun(work.tx, work.actor, id)
  if (before.status !== 'running') throw authErrors.command_run_over({ id, status: before.status })
  await sql`
    update command_runs set stop_asked_at = coalesce(stop_asked_at, now())
    where id = ${id} and ended_at is null`.execute(work.tx)
  work.audit({
    command: 'commands stop',
    subject: ['command', id],
    before: { status: before.status },
    after: { stopAsked: true },
  })
  return before
}
