import { type RawBuilder, sql } from 'kysely'
import { pageOf, requireStaff, type Work } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'
import type { MessageStatus } from './transitions.ts'

/** A WhatsApp message as staff see it. Its encrypted parameters, such as a one-time code, are left out. */
export interface MessageView {
  id: string
  /** The recipient's phone number in E.164. */
  to: string
  template: string | null
  params: string[]
  body: string | null
  status: MessageStatus
  attempts: number
  failureCode: string | null
  createdAt: Date
  updatedAt: Date
}

async function views(work: Work, where: RawBuilder<unknown>, limit: number): Promise<MessageView[]> {
  requireStaff(work.actor, 'support', 'warehouse', 'finance', 'service')
  const { rows } = await sql<MessageView>`
    select id, to_phone as to, template, params, body, status, attempts, failure_code, created_at, updated_at
    from whatsapp_messages m where ${where} order by m.id desc limit ${limit}`.execute(work.tx)
  return rows
}

/** @throws whatsapp.message_not_found, kernel.forbidden */
export async function getMessage(work: Work, id: string): Promise<MessageView> {
  const [message] = await views(work, sql`m.id = ${id}::uuid`, 1)
  if (!message) throw whatsappErrors.message_not_found({ messageId: id })
  return message
}

/**
 * Lists WhatsApp messages, newest first, by keyset pages.
 * @throws kernel.forbidden
 */
export async function listMessages(
  work: Work,
  filter: {
    status?: MessageStatus | undefined
    to?: string | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: MessageView[]; nextCursor: string | null }> {
  const conditions = [
    filter.status ? sql`m.status = ${filter.status}` : sql`true`,
    filter.to ? sql`m.to_phone = ${filter.to}` : sql`true`,
    filter.cursor ? sql`m.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await views(work, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
