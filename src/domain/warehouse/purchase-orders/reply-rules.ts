/** The meaning of a factory's reply to a purchase order. */
export type ReplyMeaning = 'yes' | 'no' | 'shipped' | 'unclear'

const yes =
  words(`ok oke okay okey okei oks ya iya yes yup yoi y siap sip setuju sepakat konfirmasi dikonfirmasi terkonfirmasi
  confirm confirmed bisa baik sanggup acc deal noted diproses 👍 👌 ✅`)
const no =
  words(`tidak tdk tak gak ga gk nggak ngga enggak engga no not bukan batal batalkan dibatalkan cancel tolak menolak
  ditolak habis kosong gagal maaf sorry belum ❌ 👎`)
// Words that make a factory's reply unclear. They may mean a condition, or that the factory agrees to a part
// only. So a person must read the reply.
const unsure =
  words(`tapi tetapi namun kalau kalo jika bila asal asalkan hanya cuma cuman saja aja sebagian setengah kurang
  mungkin kapan berapa apakah bagaimana gimana but only maybe if`)
const shipped = [
  /\b(sudah|udah|sdh|dah|telah)\s+(di)?kirim\b/,
  /\bterkirim\b/,
  /\b(sudah|udah|sdh)\s+(jalan|berangkat)\b/,
]

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}

const codes = /\bPO-\d{6}-[0-9A-Z]{6}\b/gi

/**
 * Classifies a factory's reply in Indonesian or English. If the reply has a word for no, it is a no. If it
 * has a question, a condition or a number, it is unclear and a person reads it, because a wrong yes is
 * costly.
 */
export function meaningOf(text: string | undefined): ReplyMeaning {
  if (text === undefined) return 'unclear'
  const plain = text.replaceAll(codes, ' ').toLowerCase().normalize('NFKC')
  const said = plain.match(/[\p{L}]+|\p{Extended_Pictographic}/gu) ?? []
  const has = (set: ReadonlySet<string>) => said.some((word) => set.has(word))
  if (has(no)) return 'no'
  if (plain.includes('?') || has(unsure)) return 'unclear'
  if (shipped.some((pattern) => pattern.test(plain))) return 'shipped'
  if (/\d/.test(plain)) return 'unclear'
  return has(yes) ? 'yes' : 'unclear'
}

/** Returns the codes of the purchase orders that a text names, in capitals. */
export function codesIn(text: string | undefined): string[] {
  return [...new Set((text ?? '').toUpperCase().match(codes) ?? [])]
}
