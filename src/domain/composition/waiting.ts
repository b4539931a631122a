import { sql } from 'kysely'
import { inSql, type Tx } from '../kernel/index.ts'
import type { SwitchName } from '../ops/index.ts'
import { sendableRefundStates } from '../payment/transitions.ts'

/**
 * One kind of work that waits while staff have paused a switch. For example, payouts wait while `payouts` is
 * paused. No work is lost, because it continues when staff resume the switch.
 */
export interface Waiting {
  what: string
  count: number
  amountIdr?: number
}

const questions: Record<
  SwitchName,
  readonly { what: string; from: ReturnType<typeof sql>; amount?: boolean }[]
> = {
  // While the switch `joins` is paused, every join is refused (kernel.paused), so no join waits.
  joins: [],
  payouts: [
    {
      what: 'payouts',
      from: sql`payouts where status = 'created' and next_check_at is not null`,
      amount: true,
    },
  ],
  xendit: [
    {
      what: 'payouts',
      from: sql`payouts where status = 'created' and next_check_at is not null`,
      amount: true,
    },
    {
      what: 'refunds',
      from: sql`refunds where status in ${inSql(sendableRefundStates)} and next_check_at is not null`,
      amount: true,
    },
    {
      what: 'payments to be looked up',
      from: sql`payments where status = 'pending' and next_check_at <= now()`,
    },
  ],
  biteship: [
    { what: 'shipments to be booked', from: sql`shipments where status = 'pending'` },
    { what: 'parcels to be asked about', from: sql`shipments where track_at <= now()` },
    {
      what: 'updates of parcels',
      from: sql`webhook_inbox where provider = 'biteship' and status = 'received'`,
    },
  ],
  whatsapp: [{ what: 'WhatsApp messages', from: sql`whatsapp_messages where status = 'queued'` }],
  email: [
    {
      what: 'emails',
      from: sql`notification_deliveries where status = 'queued' and channel = 'email'`,
    },
    { what: 'statements', from: sql`settlements where statement_next_at is not null` },
  ],
  sms: [
    {
      what: 'codes',
      from: sql`otp_challenges c join whatsapp_messages m on m.dedupe_key = 'otp:' || c.id and m.status = 'failed'
        where c.status = 'open' and c.channel <> 'sms' and c.expires_at > now()`,
    },
  ],
}

/**
 * Counts the work that waits for a paused switch. If the switch is not paused, counts the work that would
 * wait for it. A partial index serves each count.
 */
export async function waitingBehind(tx: Tx, name: SwitchName): Promise<Waiting[]> {
  const asked = questions[name].map(({ what, from, amount }) => {
    const sum = amount ? sql`coalesce(sum(amount_idr), 0)::int8` : sql`null::int8`
    return sql`select ${what}::text as what, count(*)::int as count, ${sum} as amount_idr from ${from}`
  })
  if (asked.length === 0) return []
  const { rows } = await sql<{ what: string; count: number; amountIdr: number | null }>`
    ${sql.join(asked, sql` union all `)}`.execute(tx)
  return rows.map(({ what, count, amountIdr }) => ({ what, count, ...(amountIdr !== null && { amountIdr }) }))
}
