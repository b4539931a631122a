import { sql } from 'kysely'
import { DomainError, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { isOtpCode } from './otp-code.ts'
import type { CodePurpose } from './request.ts'

/**
 * A typed code is compared with at most this many valid codes of one phone number. Anybody can request codes
 * for a number, but a rate limit keeps strangers far below this figure. So the owner's own codes are always
 * among those compared.
 */
const MAX_ALIVE = 40

const MESSAGE =
  'This code was sent for another browser. Enter the code that was sent for this browser, or send MASUK to us on WhatsApp: the code in the answer works in every browser.'

interface Typed {
  challengeId: string
  phone: string
  code: string
  purpose: CodePurpose
  sentAt: Date | null
  triesLeft: number
}

/**
 * Returns the refusal auth.code_wrong if the typed code was sent to this phone number, but for another
 * browser. Returns undefined for every other wrong code.
 *
 * The refusal states when the typed code was sent, and when the code for this browser was sent. So the person
 * knows which message to read. The typed code takes no attempt, because it is no guess: it shows that the
 * person holds the phone.
 */
export async function codeOfAnother(work: Work, typed: Typed): Promise<DomainError | undefined> {
  const { challengeId, phone, code, purpose, sentAt, triesLeft } = typed
  const { rows } = await sql<{ id: string; codeHash: string; sentAt: Date | null }>`
    select id, code_hash, sent_at from otp_challenges
    where phone = ${phone} and purpose = ${purpose} and status = 'open' and expires_at > ${work.now} and id <> ${challengeId}
    order by created_at desc limit ${MAX_ALIVE}`.execute(work.tx)
  const other = rows.find(({ id, codeHash }) => isOtpCode(work.vault, id, code, codeHash))
  if (!other) return undefined
  const { code: errorCode, kind } = authErrors.code_wrong()
  return new DomainError(
    { code: errorCode, kind, message: MESSAGE },
    { triesLeft, ofAnotherBrowser: true, itWasSentAt: other.sentAt, yoursWasSentAt: sentAt },
  )
}
