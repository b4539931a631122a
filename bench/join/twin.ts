// The raw twin of the join: bare Fastify without validation and rules. It writes the same rows as a join of
// laku, in batches, by set-based SQL over node-postgres. Its speed is the best that these tables allow on
// this machine.
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'
import { v7 } from 'uuid'

interface Body {
  items: { variant_id: string; quantity: number }[]
  address_id: string
}

interface Waiting {
  row: Record<string, unknown>
  sessionId: string
  units: number
  resolve: (answer: unknown) => void
  reject: (error: unknown) => void
}

const GATHER_MS = 2
const MAX_BATCH = 256
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '', max: 4 })
pool.on('error', () => {})
const app = Fastify()
const waiting: Waiting[] = []
let timer: NodeJS.Timeout | undefined
let inFlight = 0

const userOf = (authorization: string) =>
  (JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub

app.get('/healthz', async () => ({ ok: true }))
app.post<{ Params: { id: string }; Body: Body }>('/api/group-sessions/:id/join', async (request, reply) => {
  const { id } = request.params
  const [item] = request.body.items
  const units = item?.quantity ?? 0
  const row = {
    participant: v7(),
    payment: v7(),
    event: v7(),
    code: `PAY-BENCH-${randomBytes(6).toString('hex').toUpperCase()}`,
    session: id,
    user_id: userOf(request.headers.authorization ?? ''),
    variant: item?.variant_id,
    units,
    address: request.body.address_id,
    key: request.headers['idempotency-key'],
  }
  const answer = await new Promise((resolve, reject) => {
    waiting.push({ row, sessionId: id, units, resolve, reject })
    schedule()
  })
  return reply.code(201).send(answer)
})

function schedule(): void {
  if (inFlight < 2 && waiting.length >= MAX_BATCH) void flush()
  else timer ??= setTimeout(() => void flush(), GATHER_MS)
}

async function flush(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  if (waiting.length === 0 || inFlight >= 2) return
  const batch = waiting.splice(0, MAX_BATCH)
  inFlight++
  try {
    await write(batch)
    for (const { row, resolve } of batch) {
      resolve({
        participation: { id: row.participant, status: 'held' },
        payment: { id: row.payment, code: row.code, status: 'pending' },
      })
    }
  } catch (error) {
    for (const otherWaiting of batch) otherWaiting.reject(error)
  } finally {
    inFlight--
    if (waiting.length > 0) schedule()
  }
}

const insertAll = `
with r as (select * from jsonb_to_recordset($1::jsonb) as r(participant uuid, payment uuid, event uuid, code text, session uuid, user_id uuid, variant uuid, units int, address uuid, key text)),
k as (insert into idempotency_keys (scope, key, request_hash, status, response, created_at)
  select 'customer:' || user_id, key, 'hash', 201, jsonb_build_object('participation', jsonb_build_object('id', participant, 'status', 'held'), 'payment', jsonb_build_object('id', payment, 'code', code, 'status', 'pending')), now() from r),
p as (insert into group_participants (id, session_id, user_id, status, units, goods_idr, shipping_idr, total_idr, courier_company, courier_type, address, joined_at, hold_expires_at)
  select participant, session, r.user_id, 'held', units, 50000 * units, 10000, 50000 * units + 10000, 'jne', 'reg',
    jsonb_build_object('recipientName', a.recipient_name, 'phone', a.phone, 'street', a.street, 'district', a.district, 'city', a.city, 'province', a.province, 'postalCode', a.postal_code), now(), now() + interval '1 hour'
  from r join addresses a on a.id = r.address),
i as (insert into participant_items (participant_id, variant_id, quantity, unit_price_idr) select participant, variant, units, 50000 from r),
y as (insert into payments (id, code, user_id, session_id, participant_id, amount_idr, method, expires_at, next_check_at, created_at)
  select payment, code, user_id, session, participant, 50000 * units + 10000, 'invoice', now() + interval '1 hour', now() + interval '1 hour', now() from r),
e as (insert into events (id, type, aggregate_kind, aggregate_id, payload, actor, occurred_at)
  select event, 'participant.joined', 'participant', participant, jsonb_build_object('code', 'GBS-BENCH', 'units', units, 'userId', user_id, 'totalIdr', 50000 * units + 10000, 'paymentId', payment, 'paymentCode', code, 'sessionId', session, 'participantId', participant), 'customer:' || user_id, now() from r)
insert into pgboss.job_common (id, name, data, policy, retry_limit, retry_delay, retry_backoff)
select gen_random_uuid(), 'notify', jsonb_build_object('eventId', event), 'standard', 3, 1, true from r`

async function write(batch: Waiting[]): Promise<void> {
  const units = new Map<string, number>()
  for (const otherWaiting of batch)
    units.set(otherWaiting.sessionId, (units.get(otherWaiting.sessionId) ?? 0) + otherWaiting.units)
  const sessions = [...units].sort(([a], [b]) => (a < b ? -1 : 1))
  const client = await pool.connect()
  try {
    await client.query('begin')
    // The session's row, which all joins update, is locked first and only once, in one order.
    await client.query({
      name: 'lock',
      text: 'select id from group_buying_sessions where id = any($1) order by id for no key update',
      values: [sessions.map(([id]) => id)],
    })
    const taken = await client.query({
      name: 'take',
      text: `update group_buying_sessions s set held_units = held_units + t.units
        from unnest($1::uuid[], $2::int[]) as t(id, units)
        where s.id = t.id and s.status = 'forming' and (capacity is null or paid_units + held_units + t.units <= capacity)`,
      values: [sessions.map(([id]) => id), sessions.map(([, n]) => n)],
    })
    if (taken.rowCount !== sessions.length) throw new Error('a session is full')
    await client.query({
      name: 'insert',
      text: insertAll,
      values: [JSON.stringify(batch.map((waiting) => waiting.row))],
    })
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
process.on('SIGTERM', () => void app.close().then(() => pool.end()))
