import { type RawBuilder, sql } from 'kysely'
import {
  type Actor,
  formatIdr,
  isPaused,
  ProviderFailure,
  retryAt,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../kernel/index.ts'
import { type Statement, statementOf } from './statement.ts'
import { statementPdf } from './statement-pdf.ts'

/** The post, as far as a statement needs it. Throws `ProviderFailure`. */
export interface StatementMailer {
  send(mail: {
    to: string
    subject: string
    text: string
    attachments: { filename: string; content: Buffer; contentType: string }[]
  }): Promise<unknown>
}

export interface StatementContext {
  units: UnitOfWork
  actor: Actor
  mailer: StatementMailer
}

const A_RUN = 20
/** Longer than a mail can take: nobody else sends the same one meanwhile. */
const SEND_S = 120
const PAUSED_S = 60

/** True when the statement of a paid settlement waits to be mailed. Answered by the index `settlements_statements_due`. */
export const statementsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from settlements where statement_next_at <= ${now})`

/**
 * Mails the statements that are due to their factories. A mail whose outcome is unknown is sent again: a statement twice does
 * no harm. A factory without an address gets none; one that cannot be reached is shown to a person.
 */
export async function sendStatements({ units, actor, mailer }: StatementContext): Promise<void> {
  const due = await units.run(actor, claim)
  for (const { statement, attempts } of due) {
    const failure = await send(mailer, statement)
    await units.run(actor, (work) => record(work, statement, attempts, failure))
  }
}

interface Due {
  statement: Statement
  attempts: number
}

async function claim(work: Work): Promise<Due[]> {
  const paused = await isPaused(work.tx, 'email')
  const { rows } = await sql<{ id: string; attempts: number }>`
    with due as (
      select id from settlements where statement_next_at <= ${work.now}
      order by statement_next_at limit ${A_RUN} for no key update skip locked
    )
    update settlements s set statement_next_at = ${secondsAfter(work.now, paused ? PAUSED_S : SEND_S)},
      statement_attempts = s.statement_attempts + ${paused ? 0 : 1}
    from due where s.id = due.id returning s.id, s.statement_attempts as attempts`.execute(work.tx)
  if (paused) return []
  const due: Due[] = []
  for (const { id, attempts } of rows) {
    due.push({ statement: await statementOf(work.tx, work.vault, id), attempts })
  }
  return due
}

async function send(mailer: StatementMailer, statement: Statement): Promise<ProviderFailure | undefined> {
  const { email, code, through, netIdr, factory } = statement
  if (email === null) return undefined
  const content = await statementPdf(statement)
  try {
    await mailer.send({
      to: email,
      subject: `Pelunasan ${code}: ${formatIdr(netIdr)}`,
      text: `Kepada ${factory.name},\n\npelunasan ${code} sampai dengan ${through} sebesar ${formatIdr(netIdr)} telah dibayarkan. Rinciannya terlampir.\n\nLaku`,
      attachments: [{ filename: `${code}.pdf`, content, contentType: 'application/pdf' }],
    })
    return undefined
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}

async function record(
  work: Work,
  { id, code, email }: Statement,
  attempts: number,
  failure: ProviderFailure | undefined,
): Promise<void> {
  const spent = failure?.outcome === 'refused' || attempts >= work.policy.providerAttempts
  const sentAt = failure || email === null ? null : work.now
  const nextAt = failure && !spent ? retryAt(work.now, attempts, failure.retryAfterS) : null
  await sql`
    update settlements set statement_next_at = ${nextAt}, statement_sent_at = coalesce(${sentAt}, statement_sent_at)
    where id = ${id} and statement_attempts = ${attempts}`.execute(work.tx)
  if (!failure || !spent) return
  work.raise({
    kind: 'statement_not_sent',
    subject: ['settlement', id],
    message: `The statement of ${code} does not get through: ${failure.code}`,
    command: `laku settle export ${code} --format pdf`,
  })
}
