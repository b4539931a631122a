import { type RawBuilder, sql } from 'kysely'
import { requireCustomer, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { balanceIdr, walletAccount } from '../../ledger/index.ts'
import { shownOrUnreadable } from '../../ops/index.ts'
import { lockUserWholly, type User, userById, userErrors, userTransitions } from '../../user/index.ts'
import { messagesOf } from '../../whatsapp/personal-data.ts'
import { openThings } from './open-things.ts'
import { personalTables } from './personal-data.ts'

/**
 * The copy of a person's data that the person may ask for (UU PDP 27/2022, article 7). It has one section for
 * each kind of data.
 */
export type PersonExport = Record<string, unknown> & { exportedAt: Date }

/**
 * Returns everything that is stored about a person: the customer who acts, or for support a user whom they
 * name.
 * @throws user.not_found, kernel.forbidden
 */
export async function exportPerson(work: Work, input: { userId?: string } = {}): Promise<PersonExport> {
  const userId = await personOf(work, input.userId)
  const user = await livingUser(work, userId)
  const sections = await Promise.all(
    Object.entries(exported(user)).map(
      async ([name, query]) => [name, (await query.execute(work.tx)).rows] as const,
    ),
  )
  const destinations = await work.tx
    .selectFrom('withdrawalDestinations')
    .select(['channelCode', 'accountNumber', 'createdAt'])
    .where('userId', '=', userId)
    .execute()
  if (input.userId !== undefined)
    work.audit({
      command: 'users export',
      subject: ['user', userId],
      after: { sections: sections.map(([name]) => name) },
    })
  return {
    exportedAt: work.now,
    profile: user,
    walletBalanceIdr: await balanceIdr(work.tx, walletAccount(userId)),
    ...Object.fromEntries(sections),
    withdrawalAccounts: destinations.map(({ channelCode, accountNumber, createdAt }) => ({
      channelCode,
      account: shownOrUnreadable(() => work.vault.open('wallet.destination', accountNumber)),
      createdAt,
    })),
  }
}

function exported({ id, phone }: User): Record<string, RawBuilder<unknown>> {
  return {
    addresses: sql`
      select label, recipient_name, phone, street, district, city, province, postal_code, created_at, deleted_at
      from addresses where user_id = ${id} order by id`,
    participations: sql`
      select s.code as session, p.status, p.units, p.total_idr, p.address, p.joined_at, p.paid_at
      from group_participants p join group_buying_sessions s on s.id = p.session_id where p.user_id = ${id} order by p.id`,
    orders: sql`
      select o.code, o.status, o.address, o.total_idr, o.waybill, o.created_at, o.delivered_at, (
        select jsonb_agg(jsonb_build_object('sku', i.sku, 'name', i.name, 'quantity', i.quantity, 'totalIdr', i.total_idr))
        from order_items i where i.order_id = o.id) as items
      from orders o where o.user_id = ${id} order by o.id`,
    shipments: sql`
      select s.code, o.code as order, s.status, s.courier_company, s.waybill, s.tracking_url, s.created_at, (
        select jsonb_agg(jsonb_build_object('status', e.status, 'note', e.note) order by e.id)
        from shipment_events e where e.shipment_id = s.id) as events
      from shipments s join orders o on o.id = s.order_id where o.user_id = ${id} order by s.id`,
    returns: sql`
      select o.code as order, r.status, r.reason, r.note, r.photos, r.refund_idr, r.requested_at
      from order_returns r join orders o on o.id = r.order_id where r.user_id = ${id} order by r.id`,
    waysIn: sql`
      select way, changed_at, stopped_at from way_changes
      where subject_kind = 'user' and subject_id = ${id} order by changed_at`,
    payments: sql`
      select code, status, amount_idr, method, channel, created_at, paid_at from payments where user_id = ${id} order by id`,
    refunds: sql`
      select r.code, r.status, r.amount_idr, r.reason, r.destination, r.created_at
      from refunds r join payments y on y.id = r.payment_id where y.user_id = ${id} order by r.id`,
    walletEntries: sql`
      select t.kind, -e.amount_idr as change_idr, t.occurred_at
      from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
      join ledger_accounts a on a.id = e.account_id where a.key = ${walletAccount(id)} order by e.seq`,
    walletAdjustments: sql`
      select kind, status, change_idr, note, created_at from wallet_adjustments where user_id = ${id} order by id`,
    withdrawals: sql`
      select code, status, amount_idr, fee_idr, created_at, finished_at from withdrawals where user_id = ${id} order by id`,
    reviews: sql`
      select product_id, rating, body, photos, status, created_at from reviews where user_id = ${id} order by id`,
    notifications: sql`
      select title, body, created_at, read_at from notifications where user_id = ${id} order by id`,
    notificationPreferences: sql`
      select kind, channel, wanted from notification_preferences where user_id = ${id} order by kind, channel`,
    pushBrowsers: sql`
      select endpoint, created_at from push_subscriptions where user_id = ${id} order by id`,
    whatsappMessages: sql`
      select template, body, status, created_at from whatsapp_messages
      where ${messagesOf({ userId: id, phone })} order by id`,
    codes: sql`
      select ip, channel, status, created_at from otp_challenges where phone = ${phone} order by id`,
    logIns: sql`
      select created_at, expires_at, ended_at, ended_because from auth_sessions where user_id = ${id} order by id`,
  }
}

/**
 * Erases a person's data from every table, for good (UU PDP 27/2022, article 8). A customer can do this for
 * their own data, and an admin for any user. Payments and ledger postings stay, without a name.
 *
 * Refused while anything of the person is open; `closeAccount` pays out the wallet before. The erasure waits
 * for transactions of the person that have begun; later ones are refused.
 * @throws user.not_found, still_open with what is, kernel.illegal_transition, kernel.forbidden
 */
export async function erasePerson(work: Work, input: { userId?: string } = {}): Promise<{ userId: string }> {
  if (input.userId !== undefined) requireStaff(work.actor)
  const userId = await personOf(work, input.userId)
  await lockUserWholly(work, userId)
  const user = await livingUser(work, userId)
  const open = await openThings(work.tx, userId)
  if (Object.keys(open).length > 0) throw userErrors.still_open({ userId, open })
  return await eraseUser(work, user)
}

/**
 * Erases a locked user of whom nothing is open. Data that is found by the phone number is erased only if
 * `user` names the number.
 * @throws kernel.illegal_transition
 */
export async function eraseUser(work: Work, user: User): Promise<{ userId: string }> {
  const { id: userId, phone, email } = user
  requireTransition(userTransitions, user.status, 'deleted', 'user')
  const person = { userId, phone, email, now: work.now }
  for (const { erase } of personalTables) await erase(person, work.vault).execute(work.tx)
  work.audit({
    command: 'users erase',
    subject: ['user', userId],
    before: { status: user.status },
    after: { status: 'deleted' },
  })
  work.emit({ type: 'user.deleted', aggregate: ['user', userId], payload: { userId } })
  return { userId }
}

async function personOf(work: Work, named: string | undefined): Promise<string> {
  if (named === undefined) return requireCustomer(work.actor)
  requireStaff(work.actor, 'support')
  return named
}

/**
 * Returns the user with this id. An erased user counts as not found.
 * @throws user.not_found
 */
export async function livingUser(work: Work, userId: string): Promise<User> {
  const user = await userById(work.tx, userId)
  if (!user || user.status === 'deleted') throw userErrors.not_found()
  return user
}
