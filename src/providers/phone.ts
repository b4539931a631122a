// Phone numbers are E.164 inside laku. Each provider wants its own spelling of the same number.

const E164 = /^\+[1-9]\d{6,14}$/

function checked(phone: string): string {
  if (!E164.test(phone)) throw new RangeError('not an E.164 phone number')
  return phone
}

/** Spells a phone number for Xendit and SMS: `+62812…`. */
export function plusPhone(e164: string): string {
  return checked(e164)
}

/** Spells a phone number for Meta and Fonnte: `62812…`. */
export function barePhone(e164: string): string {
  return checked(e164).slice(1)
}

/**
 * Spells a phone number for Biteship: `0812…`. A number from abroad gets no leading zero. It keeps its
 * country code, without the plus.
 */
export function trunkPhone(e164: string): string {
  const bare = barePhone(e164)
  return bare.startsWith('62') ? `0${bare.slice(2)}` : bare
}

/** Turns a sender's phone number, which webhooks spell `62812…`, back into E.164. */
export function e164FromBare(bare: string): string {
  return checked(`+${bare.replace(/^\+/, '')}`)
}
