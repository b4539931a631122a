import { sql } from 'kysely'
import { DomainError, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import { isOtpCode } from './otp-code.ts'
import type { CodePurpose } from './request.ts'

/** So many codes of a number may live at once: strangers' burst, and some of who is known. */
const MAX_ALIVE = 40

const MESSAGE =
  'This code was asked for in another browser. Type the one that was sent for this browser, or write MASUK to us on WhatsApp: the code in the answer is good in each.'

interface Typed {
  challengeId: string
  phone: string
  code: string
  purpose: CodePurpose
  sentAt: Date | null
  triesLeft: number
}

/**
 * Why a code is wrong that was sent to this very number: another browser asked for it, a second one of the
 * same person or a stranger's. Undefined for every other wrong code. It is auth.code_wrong as any, and says
 * when that code was sent and when this browser's own, so that its person knows which message to read.
 * Whoever has such a code in hand holds the phone, so it is no guess and takes no try.
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
