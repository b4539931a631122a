import { type RawBuilder, sql } from 'kysely'
import { moveStatement, type Vault } from '../../kernel/index.ts'
import { userMachine } from '../../user/index.ts'
import { type MessageStatus, messageMachine } from '../../whatsapp/index.ts'

/** The person whose data it is, as erasing finds them. */
export interface Person {
  userId: string
  /** E.164; null once they are deleted. */
  phone: string | null
  email: string | null
  now: Date
}

export interface PersonalTable {
  table: string
  /** Its columns that say something of a person. */
  columns: readonly string[]
  /** Takes them out, or the rows. What was paid, posted and sent stays, without a name. */
  erase: (person: Person, vault: Vault) => RawBuilder<unknown>
}

const placeless = sql`jsonb_build_object('recipientName', '', 'phone', '', 'street', '', 'district', '',
  'city', address ->> 'city', 'province', address ->> 'province', 'postalCode', address ->> 'postalCode')`

/** Messages to a person: theirs by name, or by their number where nobody was named. */
export const messagesOf = ({ userId, phone }: Pick<Person, 'userId' | 'phone'>) =>
  sql`(user_id = ${userId} or (user_id is null and to_phone = ${phone}))`

/**
 * How providers write a person, as patterns: the number without its plus, or as it is dialled at home, and
 * the address.
 */
function writtenAs(phone: string | null, email: string | null): string[] {
  const international = phone?.slice(1)
  const atHome = phone?.startsWith('+62') ? `0${phone.slice(3)}` : undefined
  const named = [international, atHome, email?.toLowerCase()].filter((value) => value !== undefined)
  return named.map((name) => `%${name.replaceAll(/[\\%_]/g, '\\$&')}%`)
}

/**
 * The places where data of customers lies, table by table, and how the data is taken out. Cities and
 * postcodes of past parcels stay: shipping fees were made of them, and they name nobody. A test holds this
 * list against the schema.
 */
export const personalTables: readonly PersonalTable[] = [
  {
    table: 'addresses',
    columns: [
      'label',
      'recipient_name',
      'phone',
      'street',
      'district',
      'city',
      'province',
      'postal_code',
      'area_id',
    ],
    // No row is spoken of elsewhere: what was ordered keeps a copy of its own.
    erase: ({ userId }) => sql`delete from addresses where user_id = ${userId}`,
  },
  {
    table: 'group_participants',
    columns: ['address'],
    erase: ({ userId }) =>
      sql`update group_participants set address = ${placeless} where user_id = ${userId}`,
  },
  {
    table: 'orders',
    columns: ['address', 'waybill', 'tracking_url'],
    erase: ({ userId }) => sql`
      update orders set address = ${placeless}, waybill = null, tracking_url = null where user_id = ${userId}`,
  },
  {
    table: 'shipments',
    columns: ['tracking_id', 'waybill', 'tracking_url'],
    erase: ({ userId }) => sql`
      update shipments set tracking_id = null, waybill = null, tracking_url = null
      where order_id in (select id from orders where user_id = ${userId})`,
  },
  {
    table: 'shipment_events',
    columns: ['note'],
    erase: ({ userId }) => sql`
      update shipment_events set note = null
      where shipment_id in (select s.id from shipments s join orders o on o.id = s.order_id where o.user_id = ${userId})`,
  },
  {
    table: 'order_returns',
    columns: ['note', 'photos', 'decision_note'],
    erase: ({ userId }) => sql`
      update order_returns set note = null, photos = '[]', decision_note = null where user_id = ${userId}`,
  },
  {
    table: 'payments',
    columns: ['provider_invoice_url'],
    erase: ({ userId }) => sql`update payments set provider_invoice_url = null where user_id = ${userId}`,
  },
  {
    table: 'refunds',
    columns: ['note'],
    erase: ({ userId }) => sql`
      update refunds set note = null where payment_id in (select id from payments where user_id = ${userId})`,
  },
  {
    table: 'wallet_adjustments',
    columns: ['note'],
    erase: ({ userId }) => sql`update wallet_adjustments set note = '' where user_id = ${userId}`,
  },
  {
    table: 'withdrawals',
    columns: ['note'],
    erase: ({ userId }) => sql`update withdrawals set note = null where user_id = ${userId}`,
  },
  {
    table: 'withdrawal_destinations',
    columns: ['account_number', 'account_holder', 'fingerprint'],
    erase: ({ userId }, vault) => sql`
      update withdrawal_destinations set account_number = ${vault.seal('wallet.destination', '')},
        account_holder = ${vault.seal('wallet.destination', '')}, fingerprint = id::text
      where user_id = ${userId}`,
  },
  {
    table: 'way_changes',
    columns: [],
    erase: ({ userId }) =>
      sql`delete from way_changes where subject_kind = 'user' and subject_id = ${userId}`,
  },
  {
    // Nobody can read any more what the audit log kept sealed of them.
    table: 'way_keys',
    columns: [],
    erase: ({ userId }) => sql`delete from way_keys where subject_kind = 'user' and subject_id = ${userId}`,
  },
  {
    table: 'limit_uses',
    columns: ['account'],
    erase: ({ userId }) => sql`update limit_uses set account = null where receiver = ${`user:${userId}`}`,
  },
  {
    table: 'payouts',
    columns: ['account_number', 'account_holder', 'description', 'dead_reason'],
    erase: ({ userId }, vault) => sql`
      update payouts set account_number = ${vault.seal('payout.destination', '')},
        account_holder = ${vault.seal('payout.destination', '')}, dead_reason = null
      where purpose = 'withdrawal' and subject_id in (select id from withdrawals where user_id = ${userId})`,
  },
  {
    table: 'reviews',
    columns: ['body', 'photos', 'status_reason'],
    erase: ({ userId }) => sql`
      update reviews set body = null, photos = '[]', status_reason = null where user_id = ${userId}`,
  },
  {
    table: 'notification_deliveries',
    columns: [],
    erase: ({ userId }) => sql`
      delete from notification_deliveries
      where notification_id in (select id from notifications where user_id = ${userId})`,
  },
  {
    table: 'notifications',
    columns: ['title', 'body', 'link'],
    erase: ({ userId }) => sql`delete from notifications where user_id = ${userId}`,
  },
  {
    table: 'notification_preferences',
    columns: ['kind', 'channel', 'wanted'],
    erase: ({ userId }) => sql`delete from notification_preferences where user_id = ${userId}`,
  },
  {
    table: 'push_subscriptions',
    columns: ['endpoint', 'p256dh', 'auth'],
    erase: ({ userId }) => sql`delete from push_subscriptions where user_id = ${userId}`,
  },
  {
    table: 'whatsapp_messages',
    columns: ['to_phone', 'params', 'sealed_params', 'body'],
    // One that waits to be sent has nobody to go to.
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
  {
    table: 'called_codes',
    columns: ['phone'],
    erase: ({ phone }) => sql`delete from called_codes where phone = ${phone}`,
  },
  {
    table: 'paces',
    columns: ['name'],
    erase: ({ userId, phone }) => sql`
      delete from paces where name = ${`code user ${userId}`} or strpos(name, ${phone ?? userId}) > 0`,
  },
  {
    table: 'otp_challenges',
    columns: ['phone', 'ip'],
    erase: ({ phone }) => sql`delete from otp_challenges where phone = ${phone}`,
  },
  {
    table: 'idempotency_keys',
    columns: ['response'],
    // Nobody can send these keys any more.
    erase: ({ userId }) => sql`delete from idempotency_keys where scope = ${`customer:${userId}`}`,
  },
  {
    table: 'webhook_inbox',
    columns: ['body'],
    // Bodies are kept for 90 days; those that speak of this person lose theirs now.
    erase: ({ phone, email }) => sql`
      update webhook_inbox set body = null
      where status <> 'received' and body is not null and lower(body) like any(${writtenAs(phone, email)}::text[])`,
  },
  {
    table: 'users',
    columns: [
      'phone',
      'name',
      'email',
      'email_proven_at',
      'email_confirmed_at',
      'locale',
      'suspended_because',
    ],
    erase: ({ userId, now }) =>
      moveStatement(userMachine, {
        to: 'deleted',
        ids: [userId],
        set: {
          deletedAt: now,
          updatedAt: now,
          phone: null,
          name: null,
          email: null,
          emailProvenAt: null,
          emailConfirmedAt: null,
          withdrawalsFrom: null,
          locale: 'id',
          suspendedBecause: null,
          closingSince: null,
          closingDueAt: null,
        },
      }),
  },
]
