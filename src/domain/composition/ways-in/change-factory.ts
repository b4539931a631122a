import { sendCallerCode, tryCallerCode } from '../../auth/index.ts'
import {
  type FactoryChanges,
  type FactoryView,
  factoryNumberToProve,
  requireFactoryAccess,
  updateFactory,
} from '../../factory/index.ts'
import type { Refusal, Work } from '../../kernel/index.ts'

/**
 * Sends a code to the new phone number of a verified factory. The person at that number reads the code to
 * staff. Returns the number, and how long the code is valid.
 * @throws factory.not_found, phone_invalid, user.phone_invalid, whatsapp.country_not_served,
 * auth.otp_limited, kernel.forbidden
 */
export async function sendFactoryCode(
  work: Work,
  { factoryId, phone: written }: { factoryId: string; phone: string },
): Promise<{ factoryId: string; phone: string; expiresInS: number; sentInS: number }> {
  const phone = await factoryNumberToProve(work, { factoryId, phone: written })
  const sent = await sendCallerCode(work, { subject: ['factory', factoryId], phone, locale: 'id' })
  work.audit({ command: 'factories send-code', subject: ['factory', factoryId], after: { codeSent: true } })
  return { factoryId, ...sent }
}

export interface ProvenChanges extends Omit<FactoryChanges, 'phoneProven'> {
  factoryId: string
  /** The code that was sent to the factory's new phone number. */
  callerCode?: string | undefined
  /** True in a dry run, which checks no code, because a dry run cannot count wrong codes. */
  isTakenForGranted?: boolean | undefined
}

/**
 * Changes a factory. The code that was sent to the new phone number of a verified factory proves that number.
 * The caller commits the refusal of a wrong code (auth.code_wrong, auth.code_expired), so that wrong codes
 * are counted.
 * @throws as updateFactory, and user.phone_invalid
 */
export async function changeFactory(
  work: Work,
  { callerCode, isTakenForGranted = false, ...changes }: ProvenChanges,
): Promise<FactoryView | Refusal> {
  const { factoryId, phone } = changes
  if (callerCode !== undefined && phone !== undefined && !isTakenForGranted) {
    await requireFactoryAccess(work, factoryId)
    const code = callerCode.replace(/\D/, '')
    const refused = await tryCallerCode(work, { subject: ['factory', factoryId], phone, code })
    if (refused) return refused
  }
  return await updateFactory(work, { ...changes, phoneProven: callerCode !== undefined })
}
