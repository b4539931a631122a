import { type RawBuilder, sql } from 'kysely'
import {
  type Actor,
  attempt,
  formatIdr,
  type ProviderFailure,
  retryAt,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import { allOrEach, isPaused, setAside } from '../../ops/index.ts'
import { statementPdf } from './pdf.ts'
import { type Statement, statementOf } from './statement.ts'

/**
 * The mail service, reduced to the one call that mails a settlement's statement. Throws `ProviderFailure`.
 */
export interface StatementMailer {
  send(mail: {
    to: string
    subject: string
    text: string
    attachments: { filename: string; content: Buffer; contentType: string }[]
  }): Promise<unknown>
}

export interface StatementContext {
  unitOfWork: UnitOfWork
  actor: Actor
  mailer: StatementMailer
}

const BATCH_SIZE = 20
/**
 * The seconds for which a worker holds a claimed statement. They are longer than sending a mail can take, so
 * that no other worker sends the same statement meanwhile.
 */
const SEND_S = 120
const PAUSED_S = 60

/**
 * True when the statement of a paid settlement waits to be mailed to its factory. The index
 * `settlements_statements_due` makes the query fast.
 */
export const statementsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from settlements where statement_next_at <= ${now})`

/**
 * Mails to factories the settlement statements that wait to be mailed. A mail whose outcome is unknown is
 * sent again, because a second copy does no harm. A factory without an email address gets no mail. If a mail
 * cannot be delivered, an attention item is raised.
 */
export async function sendStatements(context: StatementContext): Promise<void> {
  const { unitOfWork, actor } = context
  for (const otherDue of await unitOfWork.run(actor, claim)) {
    await allOrEach(
      [otherDue],
      () => sendOne(context, otherDue),
      (due, error) => setAside(context, due, error, putOff),
    )
  }
}

async function sendOne(
  { unitOfWork, actor, mailer }: StatementContext,
  { id, attempts }: Due,
): Promise<void> {
  const statement = await unitOfWork.read(actor, (work) => statementOf(work.tx, work.vault, id))
  const failure = await send(mailer, statement)
  await unitOfWork.run(actor, (work) => record(work, statement, attempts, failure))
}

interface Due {
  id: string
  code: string
  attempts: number
}

/**
 * Postpones a settlement statement that could not be written or mailed, so that it does not delay other
 * statements. laku tries each statement at most `policy.providerAttempts` times.
 */
async function putOff(work: Work, { id, code, attempts }: Due) {
  const isSpent = attempts >= work.policy.providerAttempts
  await sql`
    update settlements set statement_next_at = ${isSpent ? null : retryAt(work.now, attempts)}
    where id = ${id} and statement_attempts = ${attempts}`.execute(work.tx)
  return {
    subject: ['settlement', id] as [string, string],
    message: `The statement of ${code} could not be made or mailed`,
    command: `laku settle export ${code} --format pdf`,
  }
}

async function claim(work: Work): Promise<Due[]> {
  const paused = await isPaused(work.tx, 'email')
  const { rows } = await sql<Due>`
    with due as (
      select id from settlements where statement_next_at <= ${work.now}
      order by statement_next_at limit ${BATCH_SIZE} for no key update skip locked
    )
    update settlements s set statement_next_at = ${secondsAfter(work.now, paused ? PAUSED_S : SEND_S)},
      statement_attempts = s.statement_attempts + ${paused ? 0 : 1}
    from due where s.id = due.id returning s.id, s.code, s.statement_attempts as attempts`.execute(work.tx)
  return paused ? [] : rows
}

async function send(mailer: StatementMailer, statement: Statement): Promise<ProviderFailure | undefined> {
  const { email, code, through, netIdr, factory } = statement
  if (email === null) return undefined
  const content = await statementPdf(statement)
  return await attempt(async () => {
    await mailer.send({
      to: email,
      subject: `Pelunasan ${code}: ${formatIdr(netIdr)}`,
      text: `Kepada ${factory.name},\n\npelunasan ${code} sampai dengan ${through} sebesar ${formatIdr(netIdr)} telah dibayarkan. Rinciannya terlampir.\n\nLaku`,
      attachments: [{ filename: `${code}.pdf`, content, contentType: 'application/pdf' }],
    })
    return undefined
  })
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
  work.requestAttention({
    kind: 'statement_not_sent',
    subject: ['settlement', id],
    message: `The statement of ${code} does not reach the factory (${failure.code}). Export it as a PDF and send it yourself.`,
    command: `laku settle export ${code} --format pdf`,
  })
}
