import { isBlank } from '../../domain/kernel/identity.ts'
import type { CommandContext } from '../define/context.ts'
import { CliError, exitCodes, unanswered, usageError } from '../errors/cli-error.ts'
import { wrapped } from '../output/format.ts'

export interface Severity {
  /** The text that the person must type: the code of the object that is changed. */
  code: string
  /** The consequence of the change, as the question states it. */
  consequence: string
}

/**
 * Requires that the person confirms a severe change. They type the code of the changed object, or give it
 * with --confirm. In production, a note before the question names the database. Throws CliError, exit code 2,
 * if nobody can be asked or the code is wrong.
 */
export async function confirmSevere(
  context: CommandContext,
  { code, consequence }: Severity,
  given: string | undefined,
): Promise<void> {
  const { config, urls } = await context.laku()
  if (config.env === 'production') {
    const { shownUrl } = await import('../../runtime/connect.ts')
    context.output.note(`PRODUCTION, ${shownUrl(urls.app)}: this ${consequence}.`)
  }
  if (given !== undefined) {
    if (given.trim().toUpperCase() === code.toUpperCase()) return
    throw usageError(
      `--confirm is ${given}, but this is ${code}; nothing was changed. Check the code, then run the command again.`,
    )
  }
  if (!context.prompts) throw unanswered(`this ${consequence}`, `--confirm ${code}`)
  const question = wrapped(`This ${consequence}.`, context.output.width)
  const typed = await context.prompts.text(`${question}\nType ${code} to go on:`)
  if (typed.trim().toUpperCase() === code.toUpperCase()) return
  throw new CliError(exitCodes.usage, 'not_confirmed', 'you did not confirm it, so nothing was changed')
}

/** Returns the reason for a severe change: the text of --reason, or the person's answer to a question. */
export async function requireReason(context: CommandContext, given: string | undefined): Promise<string> {
  const reason = given ?? (await context.prompts?.text('Why? (kept in the audit log)'))
  if (reason !== undefined && !isBlank(reason)) return reason.trim()
  throw unanswered('this change needs a reason', '--reason')
}
