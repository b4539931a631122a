import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'
import { authErrors } from './errors.ts'

const HOUR_S = 3600
const MINUTE_S = 60

/**
 * Holds back whoever asks for too many codes: of one number, from one network address, and all together. Requests of
 * one number or address are counted one at a time; all together they may pass the limit by as many as run at once.
 * @throws auth.otp_limited with `retryAfterS`
 */
export async function requireOtpAllowed(work: Work, phone: string, ip: string | null): Promise<void> {
  const { policy } = work
  await waitTurn(work, `otp phone ${phone}`)
  await requireFewer(work, sql`phone = ${phone}`, policy.otpPerPhonePerHour, HOUR_S, 'phone')
  if (ip !== null) {
    await waitTurn(work, `otp address ${ip}`)
    await requireFewer(work, sql`ip = ${ip}`, policy.otpPerAddressPerHour, HOUR_S, 'address')
  }
  await requireFewer(work, sql`true`, policy.otpOverallPerMinute, MINUTE_S, 'overall')
}

async function waitTurn(work: Work, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(work.tx)
}

/** The limit is met when its `limit`-th newest request is still within the window: then it says how long. */
async function requireFewer(
  work: Work,
  which: RawBuilder<unknown>,
  limit: number,
  windowS: number,
  of: 'phone' | 'address' | 'overall',
): Promise<void> {
  const { rows } = await sql<{ createdAt: Date }>`
    select created_at from otp_challenges
    where ${which} and created_at > ${secondsAfter(work.now, -windowS)}
    order by created_at desc offset ${limit - 1} limit 1`.execute(work.tx)
  const [reached] = rows
  if (!reached) return
  const freeAt = secondsAfter(reached.createdAt, windowS)
  const retryAfterS = Math.max(1, Math.ceil((freeAt.getTime() - work.now.getTime()) / 1000))
  throw authErrors.otp_limited({ of, limit, retryAfterS })
}
