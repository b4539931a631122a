// Phones are E.164 inside laku. Each provider wants its own spelling of the same number.

const E164 = /^\+[1-9]\d{6,14}$/

function checked(phone: string): string {
  if (!E164.test(phone)) throw new RangeError('not an E.164 phone number')
  return phone
}

/** `+62812…`: Xendit's spelling, and SMS. */
export function plusPhone(e164: string): string {
  return checked(e164)
}

/** `62812…`: Meta's and Fonnte's spelling. */
export function barePhone(e164: string): string {
  return checked(e164).slice(1)
}

/** `0812…`: Biteship's spelling. A number from abroad has no trunk zero and stays bare. */
export function trunkPhone(e164: string): string {
  const bare = barePhone(e164)
  return bare.startsWith('62') ? `0${bare.slice(2)}` : bare
}

/** `62812…`, as webhooks spell a sender, back to E.164. */
export function e164FromBare(bare: string): string {
  return checked(`+${bare.replace(/^\+/, '')}`)
}
