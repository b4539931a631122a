import { sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'
import { recordChange, type Sealed, sealValue, wayInErrors } from '../way-in/index.ts'
import { coolOff } from './cool-off.ts'
import { type Locale, type User, userById } from './read-users.ts'
import { lockUser } from './register-user.ts'

export interface NewEmail {
  userId: string
  /** The user's new email address; null removes the present address. */
  email: string | null
  /**
   * True if the person who sets the email address entered a code that was sent to the account's phone. Only
   * then can the address be confirmed later and receive one-time codes.
   */
  proven: boolean
}

/** The old email address for the audit log: encrypted, or null if there was none. */
export type OldEmail = Sealed | null

/**
 * Sets the email address of a user whose row is locked. The phone of the user is notified, also of a first
 * address, and may stop the change. If the old address was confirmed, a person could log in with it. So its
 * holder is notified too, the user's log-ins end, and withdrawals pause for policy.wayInCoolingHours.
 * Withdrawals also pause if the user gave a one-time code from the account's phone (`proven`), because the
 * new address may then become a way to log in. Returns the old address; undefined if nothing changed.
 */
export async function setEmail(
  work: Work,
  before: User,
  { userId, email, proven }: NewEmail,
): Promise<OldEmail | undefined> {
  const same = email === before.email
  if (same && (!proven || before.emailConfirmedAt !== null)) return undefined
  await work.tx
    .updateTable('users')
    .set({
      email,
      emailProvenAt: proven && email !== null ? work.now : null,
      emailConfirmedAt: null,
      updatedAt: work.now,
    })
    .where('id', '=', userId)
    .execute()
  if (proven && email !== null)
    work.emit({ type: 'user.email_proven', aggregate: ['user', userId], payload: { userId } })
  // An address that was never confirmed may be a stranger's: its holder is told nothing and may stop nothing.
  const old = before.emailConfirmedAt === null ? null : before.email
  const subject = ['user', userId] as const
  if (old !== null || (proven && email !== null)) await coolOff(work, userId)
  if (old !== null || email !== null)
    await recordChange(work, { subject, way: 'email', old, newValue: email })
  return before.email === null ? null : { sealed: await sealValue(work, subject, before.email) }
}

const PURPOSE = 'user.email_confirmation'
const HOURS = 24
const shape = /^([0-9a-f-]{36})\.(\d{1,12})\.([\w-]{43})$/

/**
 * Returns the signed token in the mail that confirms a user's email address. The token is valid for a day and
 * only for this address.
 */
function emailToken({ vault, now }: Work, userId: string, email: string): string {
  const until = Math.floor(secondsAfter(now, HOURS * 3600).getTime() / 1000)
  return `${userId}.${until}.${vault.hmac(PURPOSE, `${userId} ${until} ${email}`)}`
}

/**
 * Confirms the email address to which a token was mailed. The caller has the token, so the caller reads that
 * address's mail. From now on the address receives one-time codes. Withdrawals pause for
 * policy.wayInCoolingHours from now. Returns the address.
 * @throws way_in.confirmation_invalid
 */
export async function confirmEmail(work: Work, token: string): Promise<{ email: string }> {
  const { userId, email, emailConfirmedAt } = await confirmableEmail(work, token)
  const confirmed = await sql`
    update users set email_confirmed_at = ${work.now}, updated_at = ${work.now}
    where id = ${userId} and email_confirmed_at is null and email_proven_at is not null`.execute(work.tx)
  if (emailConfirmedAt !== null) return { email }
  if (Number(confirmed.numAffectedRows) === 0) throw wayInErrors.confirmation_invalid()
  await coolOff(work, userId)
  return { email }
}

/**
 * Locks the row of the user for whom a confirmation token was made. Returns the email address that the token
 * confirms, and the time at which the address was confirmed; null if it is not confirmed.
 * @throws way_in.confirmation_invalid
 */
export async function confirmableEmail(
  work: Work,
  token: string,
): Promise<{ userId: string; email: string; emailConfirmedAt: Date | null }> {
  const [, userId = '', until = '', signature = ''] = shape.exec(token) ?? []
  if (userId === '' || Number(until) * 1000 <= work.now.getTime()) throw wayInErrors.confirmation_invalid()
  await lockUser(work, userId)
  const user = await userById(work.tx, userId)
  if (!user?.email || !work.vault.verify(PURPOSE, `${userId} ${until} ${user.email}`, signature))
    throw wayInErrors.confirmation_invalid()
  return { userId, email: user.email, emailConfirmedAt: user.emailConfirmedAt }
}

const texts: Record<Locale, { subject: string; text: (link: string) => string }> = {
  id: {
    subject: 'Konfirmasi alamat email Laku Anda',
    text: (link) =>
      `Buka tautan ini dan konfirmasi bahwa alamat ini milik Anda: ${link}\n\nTautan berlaku 24 jam. Bila bukan Anda yang memasukkannya, abaikan saja.`,
  },
  en: {
    subject: 'Confirm your email address at Laku',
    text: (link) =>
      `Open this link and confirm that this address is yours: ${link}\n\nThe link is valid for 24 hours. If you did not enter this address, do nothing.`,
  },
}

/**
 * Returns the mail that asks a user to confirm their email address; undefined if the address was removed or
 * is confirmed already.
 */
export async function confirmationMail(
  work: Work,
  userId: string,
  publicUrl: string,
): Promise<{ to: string; subject: string; text: string } | undefined> {
  const user = await userById(work.tx, userId)
  if (!user?.email || user.emailConfirmedAt !== null) return undefined
  const { subject, text } = texts[user.locale]
  const token = emailToken(work, userId, user.email)
  return { to: user.email, subject, text: text(`${publicUrl.replace(/\/+$/, '')}/email/${token}`) }
}
