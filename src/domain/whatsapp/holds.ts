import { sql } from 'kysely'
import { refusalBy } from '../../providers/whatsapp/facts.ts'
import { type ProviderFailure, requireStaff, secondsAfter, type Work } from '../kernel/index.ts'
import { endAttention } from '../ops/index.ts'
import { failMessages } from './fail-messages.ts'

/**
 * The messages that wait after a refusal by WhatsApp: all messages of the account, or all messages of one
 * template.
 */
export type HoldScope = 'account' | `template:${string}`

const ACCOUNT: HoldScope = 'account'
const scopeOfTemplate = (template: string, language: string): HoldScope => `template:${template}:${language}`

// Refused messages wait, and one of them is sent as a probe. These are the time (seconds) before the first
// probe, and the maximum interval (seconds) between probes. The interval grows, because a person fixes an
// invalid token within minutes, but a blocked account within days.
const PROBE_FIRST_S = 60
const PROBE_MOST_S = 900

interface Refused {
  template: string | null
  language: string
}

/**
 * Returns which messages must wait after a refusal by WhatsApp: all messages, or those of one template. The
 * refusal's code or HTTP status decides. Undefined if the refusal concerns only the refused message.
 */
export function heldBy(
  { template, language }: Refused,
  { code, httpStatus, outcome }: Pick<ProviderFailure, 'code' | 'httpStatus' | 'outcome'>,
): HoldScope | undefined {
  const refusal = refusalBy(code)
  if (!refusal) {
    const denied = httpStatus === 401 || httpStatus === 403
    return outcome === 'refused' && denied ? ACCOUNT : undefined
  }
  if (refusal.reach === 'account') return ACCOUNT
  if (refusal.reach === 'template' && template !== null) return scopeOfTemplate(template, language)
  return undefined
}

export interface HeldMessage {
  id: string
  sendBy: Date | null
  scope: HoldScope
  code: string
}

/**
 * Keeps back messages that WhatsApp refused because of laku's account or a template. One of them is sent from
 * time to time as a probe. When WhatsApp accepts a probe, the others are sent. But a message with a `sendBy`
 * time fails at once, so that its sender can use another channel. Each hold raises one attention item.
 */
export async function holdMessages(work: Work, held: readonly HeldMessage[]): Promise<void> {
  if (held.length === 0) return
  for (const [scope, some] of Map.groupBy(held, (message) => message.scope)) {
    const { code } = some[0] as HeldMessage
    await sql`
      insert into whatsapp_holds (scope, code, since, probe_at)
      values (${scope}, ${code}, ${work.now}, ${secondsAfter(work.now, PROBE_FIRST_S)})
      on conflict (scope) do update set code = excluded.code`.execute(work.tx)
    reportHold(work, scope, code)
  }
  await putAway(work, held)
}

async function putAway(work: Work, held: readonly HeldMessage[]): Promise<void> {
  await failMessages(
    work,
    held.filter((message) => message.sendBy !== null).map(({ id, code }) => ({ id, failureCode: code })),
    { isRaised: true },
  )
  for (const [scope, some] of Map.groupBy(
    held.filter((message) => message.sendBy === null),
    (message) => message.scope,
  )) {
    await sql`
      update whatsapp_messages
      set held_scope = ${scope}, failure_code = ${some[0]?.code}, next_attempt_at = null, updated_at = ${work.now}
      where id = any(${some.map((message) => message.id)}::uuid[]) and status = 'queued'`.execute(work.tx)
  }
}

function reportHold(work: Work, scope: HoldScope, code: string): void {
  const says = refusalBy(code)?.says ?? 'access is denied'
  const [, template] = scope.split(':')
  const what =
    template === undefined ? 'WhatsApp refuses messages' : `WhatsApp refuses the template ${template}`
  work.requestAttention({
    kind: 'whatsapp_held',
    subject: ['whatsapp_hold', scope],
    message: `${what}: ${says} (${code}). Fix the cause; laku then sends the waiting messages automatically.`,
    command: 'laku whatsapp retry',
    details: { code },
  })
}

interface Candidate extends Refused {
  id: string
  sendBy: Date | null
}

/**
 * Keeps back the messages that WhatsApp would refuse now, because it refused the account or their template
 * before. A message with a `sendBy` time is marked as failed instead. The oldest message may be sent, if it
 * is time to test whether WhatsApp accepts messages again. Call this before messages are claimed.
 */
export async function holdBack(work: Work, ids: readonly string[]): Promise<void> {
  const { now, tx } = work
  const { rows: holds } = await sql<{ scope: HoldScope; code: string; isProbeDue: boolean }>`
    select scope, code, probe_at <= ${now} as is_probe_due from whatsapp_holds`.execute(tx)
  if (holds.length === 0) return
  const byScope = new Map(holds.map((hold) => [hold.scope, hold]))
  const { rows } = await sql<Candidate>`
    select id, template, language, send_by from whatsapp_messages
    where id = any(${[...ids]}::uuid[]) and status = 'queued' and (next_attempt_at <= ${now} or held_scope is not null)
    order by created_at, id for update skip locked`.execute(tx)
  const held = rows.flatMap((row): (HeldMessage & { isProbeDue: boolean })[] => {
    const ofTemplate = row.template === null ? undefined : scopeOfTemplate(row.template, row.language)
    const hold = byScope.get(ACCOUNT) ?? (ofTemplate && byScope.get(ofTemplate))
    return hold ? [{ id: row.id, sendBy: row.sendBy, ...hold }] : []
  })
  for (const [scope, some] of Map.groupBy(held, (message) => message.scope)) {
    const [first, ...others] = some
    const probes = first?.isProbeDue && (await takeProbe(work, scope))
    if (probes) await release(work, [first.id])
    await putAway(work, probes ? others : some)
  }
}

/**
 * Tells whether this worker may send a probe: one kept-back message, which shows whether WhatsApp accepts
 * messages again. Only one worker at a time may send it. The interval to the next probe grows each time.
 */
async function takeProbe({ tx, now }: Work, scope: HoldScope): Promise<boolean> {
  const { rows } = await sql`
    update whatsapp_holds set probes = probes + 1,
      probe_at = ${now}::timestamptz + make_interval(secs => least(${PROBE_MOST_S}, ${PROBE_FIRST_S} * 2 ^ least(probes, 10)))
    where scope = ${scope} and probe_at <= ${now} returning scope`.execute(tx)
  return rows.length > 0
}

async function release({ tx, now }: Work, ids: readonly string[]): Promise<void> {
  await sql`
    update whatsapp_messages set held_scope = null, next_attempt_at = ${now}
    where id = any(${[...ids]}::uuid[]) and status = 'queued' and held_scope is not null`.execute(tx)
}

/**
 * Ends the hold of the account, and the holds of the templates of the messages in `sent`, because WhatsApp
 * has accepted these messages. The messages that those holds kept back are sent now.
 */
export async function endHolds(work: Work, sent: readonly Refused[]): Promise<void> {
  const { tx, now } = work
  const scopes = new Set<HoldScope>([ACCOUNT])
  for (const { template, language } of sent)
    if (template !== null) scopes.add(scopeOfTemplate(template, language))
  const { rows } = await sql<{ scope: HoldScope }>`
    delete from whatsapp_holds where scope = any(${[...scopes]}) returning scope`.execute(tx)
  if (rows.length === 0) return
  const ended = rows.map((row) => row.scope)
  await sql`
    update whatsapp_messages set held_scope = null, next_attempt_at = ${now}, attempts = 0
    where held_scope = any(${ended}) and status = 'queued'`.execute(tx)
  for (const scope of ended) await endAttention(work, 'whatsapp_held', scope, 'a message got through')
}

export interface HoldView {
  scope: string
  code: string
  since: Date
  /** The number of messages that the hold keeps back. */
  waiting: number
}

/**
 * Lets laku test at once whether WhatsApp accepts messages again, by sending one kept-back message of each
 * hold. Staff call this after they fixed the account or a template. Without this call, the next test comes
 * within a quarter of an hour.
 * @throws kernel.forbidden
 */
export async function retryHolds(work: Work): Promise<{ holds: HoldView[] }> {
  requireStaff(work.actor, 'support', 'service')
  const { rows: holds } = await sql<HoldView>`
    update whatsapp_holds h set probe_at = ${work.now}
    returning scope, code, since, (
      select count(*)::integer from whatsapp_messages m where m.held_scope = h.scope and m.status = 'queued') as waiting`.execute(
    work.tx,
  )
  const after = { holds: holds.map((hold) => hold.scope) }
  work.audit({ command: 'whatsapp retry', subject: ['switch', 'whatsapp'], after })
  return { holds }
}
