import { DomainError, insertRows, requireCustomer, secondsAfter, type Work } from '../../kernel/index.ts'
import { takeTurns } from '../../ops/index.ts'
import { type Locale, normalizePhone, type User, userByPhone } from '../../user/index.ts'
import { queueMessages, requireServedCountry } from '../../whatsapp/index.ts'
import { authErrors } from '../errors.ts'
import { readDeviceToken } from '../logins/device-token.ts'
import { hasCalledCode } from './called-code.ts'
import { newChallengeId } from './challenge-id.ts'
import { spendMessage } from './code-budget.ts'
import {
  type Asker,
  CodeTooEarly,
  hasWorked,
  LONGEST_WAIT_S,
  STRANGERS_BUDGET,
  takeCodeTurn,
  workNeeded,
} from './code-limits.ts'
import { newOtpCode, otpHash, otpMessageKey } from './otp-code.ts'
import type { Proof } from './proof-of-work.ts'

/** The purpose of a code, which works for no other purpose. */
export type CodePurpose = 'login' | 'withdrawal' | 'email' | 'phone'

export interface OtpRequest {
  /** The phone number in any notation. */
  phone: string
  /** The caller's network address, for the rate limits; null if there is none. */
  ip: string | null
  /**
   * The purpose of the code; log-in by default. A code for any other purpose is requested by the customer who
   * acts, for their own number.
   */
  purpose?: Exclude<CodePurpose, 'phone'> | undefined
  /**
   * The device token of a browser that logged in before. Requests with such a token do not queue behind
   * strangers' requests.
   */
  deviceToken?: string | undefined
  /** The solution of a puzzle, if laku asked the person's browser to solve one. */
  proof?: Proof | undefined
  /**
   * True during a siege (an attack by unknown callers). Then laku pays for a message to a stranger only if
   * the stranger gives a proof of work.
   */
  strangersMustWork?: boolean | undefined
}

export interface OtpChallenge {
  /**
   * The id of the challenge (of one sent code). Only the browser that asked for the code gets this id, and
   * the code works only together with it.
   */
  challengeId: string
  expiresInS: number
  /** The seconds until the message is sent; 0 if it is sent now. */
  sentInS: number
}

/**
 * The name of the WhatsApp template for log-in codes, which Meta approved in its category for codes. {{1}} is
 * the code, which is also the value of the copy button.
 */
const OTP_TEMPLATE = 'laku_otp'
/**
 * The name of the WhatsApp template for all codes that are not for log-in. Meta writes the text of this
 * template, and the text names no purpose. So a second message, from the template below, names the purpose.
 */
const CODE_TEMPLATE = 'laku_code'
const PURPOSE_TEMPLATE = 'laku_code_for'

/** The time within which a channel must deliver a code, before the next channel is tried (s). */
export const DELIVERED_WITHIN_S = 30

/**
 * Makes a code of six digits for the browser that asks, and sends the code by WhatsApp. Any number of
 * browsers may have valid codes for one phone number at the same time. laku's answer is the same whether a
 * user has this number or not.
 * @throws user.phone_invalid, whatsapp.country_not_served, auth.purpose_refused, auth.proof_needed,
 * auth.otp_limited
 */
export async function requestOtp(work: Work, input: OtpRequest): Promise<OtpChallenge> {
  const phone = normalizePhone(input.phone)
  requireServedCountry(work.policy, phone)
  const purpose = input.purpose ?? 'login'
  const user = await userByPhone(work.tx, phone)
  const knownAs = knownAsOf(work, input, purpose, user)
  const asker: Asker = { phone, ip: input.ip, knownAs, proof: input.proof }
  if (input.strangersMustWork) await requireWork(work, asker)
  const turn = await turnOf(work, asker)
  const sentAt = turn.inS === undefined ? null : secondsAfter(work.now, turn.inS)
  const challengeId = newChallengeId(work.vault)
  const code = newOtpCode()
  const expiresAt = secondsAfter(sentAt ?? work.now, work.policy.otpMinutes * 60)
  const nextWayAt = sentAt && secondsAfter(sentAt, DELIVERED_WITHIN_S)
  const challenge = {
    id: challengeId,
    phone,
    codeHash: otpHash(work.vault, challengeId, code),
    ip: input.ip,
    // No code is sent if the number's holder already got one by writing to laku on WhatsApp. The person at
    // the browser can then enter that code, but has only two attempts.
    tries: sentAt ? 0 : Math.max(0, work.policy.otpTries - 2),
    status: 'open',
    channel: 'whatsapp',
    purpose,
    known: knownAs !== undefined,
    sentAt,
    nextWayAt,
    createdAt: work.now,
    expiresAt,
  }
  await insertRows(work.tx, 'otpChallenges', [challenge])
  const messageId =
    sentAt && (await sendCode(work, { challengeId, phone, user, code, purpose, sentAt, n: 1 }))
  work.emit({
    type: 'otp.requested',
    aggregate: ['otp_challenge', challengeId],
    payload: { challengeId, messageId: messageId ?? null },
  })
  const expiresInS = Math.round((expiresAt.getTime() - work.now.getTime()) / 1000)
  return { challengeId, expiresInS, sentInS: turn.inS ?? 0 }
}

/** @throws auth.proof_needed */
async function requireWork(work: Work, asker: Asker): Promise<void> {
  if (asker.knownAs !== undefined || hasWorked(work, asker)) return
  if (!(await hasCalledCode(work, asker.phone))) throw workNeeded(work, asker, LONGEST_WAIT_S)
}

function knownAsOf(
  work: Work,
  input: OtpRequest,
  purpose: CodePurpose,
  user: User | undefined,
): string | undefined {
  if (purpose !== 'login') {
    if (work.actor.kind !== 'customer' || user?.id !== requireCustomer(work.actor))
      throw authErrors.purpose_refused()
    return `user ${user.id}`
  }
  const known = readDeviceToken(work, input.deviceToken)
  return known && known.userId === user?.id ? `device ${known.device}` : undefined
}

/**
 * Returns the seconds until the code is sent. They are undefined if the code is not sent, because the
 * number's holder already got a code by writing to laku on WhatsApp.
 */
async function turnOf(work: Work, asker: Asker): Promise<{ inS: number | undefined }> {
  const limited = await takeTurnAndMoney(work, asker)
  if (!(limited instanceof DomainError)) return { inS: limited }
  if (!(await hasCalledCode(work, asker.phone))) throw limited
  const name = `code waits for call ${asker.phone} ${asker.ip}`
  const { refused } = await takeTurns(work, [{ name, atOnce: 3, everyS: 60 }])
  if (refused) throw limited
  return { inS: undefined }
}

async function takeTurnAndMoney(work: Work, asker: Asker): Promise<number | DomainError> {
  try {
    const inS = await takeCodeTurn(work, asker)
    if (await spendMessage(work, 'whatsapp', asker.knownAs !== undefined)) return inS
    const spent = authErrors.otp_limited({ of: 'day', retryAfterS: LONGEST_WAIT_S })
    if (asker.knownAs !== undefined) return spent
    return new CodeTooEarly(spent, STRANGERS_BUDGET, secondsAfter(work.now, LONGEST_WAIT_S))
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
}

const purposeWords: Record<Locale, Record<Exclude<CodePurpose, 'login'>, string>> = {
  id: {
    withdrawal: 'menarik dana dari dompet Laku Anda ke rekening',
    email: 'mengganti alamat email akun Laku Anda',
    phone: 'memindahkan akun Laku ke nomor ini; sebutkan hanya kepada petugas Laku yang Anda hubungi sendiri',
  },
  en: {
    withdrawal: 'taking money out of your Laku wallet to a bank account',
    email: 'changing the email address of your Laku account',
    phone:
      'moving a Laku account to this number; tell it only to the person at Laku whom you called yourself',
  },
}

/** Queues the WhatsApp message that carries the code of a challenge (one sent code). */
export async function sendCode(
  work: Work,
  message: {
    challengeId: string
    phone: string
    user?: User | undefined
    /** The language of the WhatsApp message if no user has this phone number yet. */
    language?: Locale | undefined
    code: string
    purpose: CodePurpose
    sentAt: Date
    /** The number of this WhatsApp message, from 1: the same code may be sent in several messages. */
    n: number
  },
): Promise<string | undefined> {
  const { challengeId, phone, user, code, purpose, sentAt, n } = message
  const language = message.language ?? user?.locale ?? 'id'
  const common = { to: phone, userId: user?.id, language, notBefore: sentAt }
  const sendBy = secondsAfter(sentAt, DELIVERED_WITHIN_S)
  if (purpose !== 'login')
    await queueMessages(work, [
      {
        ...common,
        dedupeKey: `code_for:${challengeId}#${n}`,
        template: PURPOSE_TEMPLATE,
        params: [purposeWords[language][purpose]],
        sendBy,
      },
    ])
  const [messageId] = await queueMessages(work, [
    {
      ...common,
      dedupeKey: otpMessageKey(challengeId, n),
      template: purpose === 'login' ? OTP_TEMPLATE : CODE_TEMPLATE,
      sealedParams: [code],
      sendBy,
    },
  ])
  return messageId
}
