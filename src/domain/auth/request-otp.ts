import { sql } from 'kysely'
import { insertRows, moveState, newId, secondsAfter, type Work } from '../kernel/index.ts'
import { normalizePhone, userByPhone } from '../user/index.ts'
import { queueMessages } from '../whatsapp/index.ts'
import { newOtpCode, otpHash, otpMessageKey } from './otp-code.ts'
import { requireOtpAllowed } from './otp-limits.ts'
import { loginCodeMachine } from './transitions.ts'

export interface OtpRequest {
  /** However it is written. */
  phone: string
  /** The caller's network address, for the limits; null where there is none. */
  ip: string | null
}

export interface OtpChallenge {
  challengeId: string
  expiresInS: number
}

/** Approved by Meta in the category for codes: {{1}} is the code, and so is its copy button. */
const TEMPLATE = 'laku_otp'

/** WhatsApp has this long to take a code before it goes another way: most of its 5 minutes are left then. */
const SEND_WITHIN_S = 60

/**
 * Makes a code of six digits and sends it by WhatsApp. It replaces an open one of the same number. The answer is the
 * same whether anybody has this number or not.
 * @throws user.phone_invalid, auth.otp_limited
 */
export async function requestOtp(work: Work, input: OtpRequest): Promise<OtpChallenge> {
  const phone = normalizePhone(input.phone)
  await requireOtpAllowed(work, phone, input.ip)
  await replaceOpenChallenge(work, phone)
  const challengeId = newId()
  const code = newOtpCode()
  const expiresInS = work.policy.otpMinutes * 60
  const challenge = {
    id: challengeId,
    phone,
    codeHash: otpHash(work.vault, challengeId, code),
    ip: input.ip,
    tries: 0,
    status: 'open',
    channel: 'whatsapp',
    createdAt: work.now,
    expiresAt: secondsAfter(work.now, expiresInS),
  }
  await insertRows(work.tx, 'otpChallenges', [challenge])
  const user = await userByPhone(work.tx, phone)
  const message = {
    dedupeKey: otpMessageKey(challengeId),
    to: phone,
    userId: user?.id,
    template: TEMPLATE,
    language: user?.locale ?? 'id',
    sealedParams: [code],
    sendBy: secondsAfter(work.now, Math.min(SEND_WITHIN_S, expiresInS)),
  }
  const [messageId] = await queueMessages(work, [message])
  work.emit({
    type: 'otp.requested',
    aggregate: ['otp_challenge', challengeId],
    payload: { challengeId, messageId: messageId ?? null },
  })
  return { challengeId, expiresInS }
}

/** Requests of one number run one at a time (see the limits), so at most one challenge is ever open. */
async function replaceOpenChallenge(work: Work, phone: string): Promise<void> {
  await moveState(work, loginCodeMachine, { to: 'replaced', where: sql`t.phone = ${phone}` })
}
