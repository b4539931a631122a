import { sql } from 'kysely'
import { DomainError, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { isOtpCode } from './otp-code.ts'
import type { CodePurpose } from './request.ts'

/**
 * The maximum number of valid codes of one phone number with which a typed code is compared. Strangers can
 * get fewer valid codes than this at once, so the rest is left for known people.
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
 * Returns the refusal auth.code_wrong for a code that was sent to this phone number, but for another browser.
 * Returns undefined for every other wrong code.
 *
 * The refusal states when that code and this browser's own code were sent, so that the person knows which
 * message to read. A person with that code holds the phone, so the code is no guess and takes no attempt.
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
