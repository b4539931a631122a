import { sql } from 'kysely'
import { DomainError, type Work } from '../../kernel/index.ts'
import { errorText } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'

/** A settlement or withdrawal that an export did not put into its batch of bank transfers. */
export interface LeftOut {
  code: string
  /** The code of the error because of which the settlement or withdrawal was left out. */
  why: string
}

export interface Claimed {
  codes: string[]
  leftOut: LeftOut[]
}

export interface Candidate {
  code: string
  subject: ['settlement' | 'withdrawal' | 'payout', string]
  /** The command that staff use if the line could not be put into the batch. */
  command: string
}

/**
 * Runs one step (a function) for a line of a batch of bank transfers. If the step throws, its changes are
 * undone, and the other lines are still handled. An unexpected error, such as an account that no encryption
 * key can decrypt, also raises an attention item. Returns the step's result, or the reason why the line is
 * left out.
 */
export async function claimLine<T>(
  work: Work,
  { code, subject, command }: Candidate,
  step: () => Promise<T>,
): Promise<{ done: T } | { why: string }> {
  const claimed = await work.attempt(step)
  if ('done' in claimed) return claimed
  const { error } = claimed
  if (error instanceof DomainError) return { why: error.code }
  work.requestAttention({
    kind: 'item_set_aside',
    subject,
    message: `${code} could not be put into a batch for the bank, and the other lines went on. Fix the cause, then try again. Error: ${errorText(error)}`,
    command,
  })
  return { why: payoutErrors.line_set_aside().code }
}

/** Deletes a batch of bank transfers that has no line. Returns true if it was deleted. */
export async function dropEmptyBatch({ tx }: Work, batchId: string): Promise<boolean> {
  const { rows } = await sql`
    delete from bank_batches b where id = ${batchId}::uuid and not exists (select from payouts p where p.batch_id = b.id)
    returning id`.execute(tx)
  return rows.length > 0
}
