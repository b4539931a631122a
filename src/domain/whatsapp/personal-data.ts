import { sql } from 'kysely'
import { moveStatement, type Person, type PersonalTable } from '../kernel/index.ts'
import { type MessageStatus, messageMachine } from './transitions.ts'

/**
 * Returns the SQL condition for the WhatsApp messages to a person. A message is found by the person's user
 * id. If a message has no user id, it is found by the person's phone number.
 */
export const messagesOf = ({ userId, phone }: Pick<Person, 'userId' | 'phone'>) =>
  sql`(user_id = ${userId} or (user_id is null and to_phone = ${phone}))`

/** The WhatsApp tables that hold personal data, and how they are erased for a user. */
export const whatsappPersonalData: readonly PersonalTable[] = [
  {
    table: 'whatsapp_messages',
    columns: ['to_phone', 'params', 'sealed_params', 'body'],
    // The erasure deletes the recipient's phone number, so a message that still waits to be sent gets the
    // status failed.
    erase: ({ userId, phone }) =>
      moveStatement(messageMachine, {
        to: sql<MessageStatus>`case t.status when 'queued' then 'failed' else t.status end`,
        stays: true,
        set: {
          toPhone: '',
          params: '[]',
          sealedParams: null,
          body: sql`case when t.body is not null then '' end`,
          failureCode: sql`case t.status when 'queued' then 'erased' else t.failure_code end`,
          nextAttemptAt: null,
        },
        where: messagesOf({ userId, phone }),
      }),
  },
  {
    table: 'whatsapp_pace',
    columns: ['to_phone'],
    erase: ({ phone }) => sql`delete from whatsapp_pace where to_phone = ${phone}`,
  },
]
