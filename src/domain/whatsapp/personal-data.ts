import { sql } from 'kysely'
import { moveStatement, type Person, type PersonalTable } from '../kernel/index.ts'
import { type MessageStatus, messageMachine } from './transitions.ts'

/** Messages to a person: theirs by name, or by their number where nobody was named. */
export const messagesOf = ({ userId, phone }: Pick<Person, 'userId' | 'phone'>) =>
  sql`(user_id = ${userId} or (user_id is null and to_phone = ${phone}))`

/** How a person is taken out of the tables of this room. */
export const whatsappPersonalData: readonly PersonalTable[] = [
  {
    table: 'whatsapp_messages',
    columns: ['to_phone', 'params', 'sealed_params', 'body'],
    // A message that waits to be sent has no recipient any more, so it fails.
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
