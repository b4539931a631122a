import type { Locale } from '../../user/index.ts'
import type { Way, WayChange } from '../../way-in/index.ts'

const day = (locale: Locale) =>
  new Intl.DateTimeFormat(locale === 'id' ? 'id-ID' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Asia/Jakarta',
  })
const days = { id: day('id'), en: day('en') }

const titles: Record<Locale, Record<'user' | 'factory', Record<Way, string>>> = {
  id: {
    user: {
      phone: 'Nomor ponsel akun Laku Anda diganti',
      email: 'Alamat email akun Laku Anda diganti',
      bank_account: 'Rekening baru didaftarkan untuk penarikan dana Laku Anda',
      tax_id: 'Nomor pajak akun Laku Anda diganti',
    },
    factory: {
      phone: 'Nomor telepon pabrik Anda di Laku diganti',
      email: 'Alamat email pabrik Anda di Laku diganti',
      bank_account: 'Rekening pembayaran pabrik Anda di Laku diganti',
      tax_id: 'Nomor pajak pabrik Anda di Laku diganti',
    },
  },
  en: {
    user: {
      phone: 'The phone number of your Laku account was changed',
      email: 'The email address of your Laku account was changed',
      bank_account: 'A new bank account was added for withdrawals from your Laku wallet',
      tax_id: 'The tax number of your Laku account was changed',
    },
    factory: {
      phone: 'The phone number of your factory at Laku was changed',
      email: 'The email address of your factory at Laku was changed',
      bank_account: 'The account that Laku pays your factory to was changed',
      tax_id: 'The tax number of your factory at Laku was changed',
    },
  },
}

/** The titles where there was no confirmed value before: an address was added. */
const added: Record<Locale, Record<'user' | 'factory', string>> = {
  id: {
    user: 'Alamat email ditambahkan ke akun Laku Anda',
    factory: 'Alamat email ditambahkan ke pabrik Anda di Laku',
  },
  en: {
    user: 'An email address was added to your Laku account',
    factory: 'An email address was added to your factory at Laku',
  },
}

/**
 * Returns the text of the notice to the owner of the old phone, email, tax number or bank account: what
 * changed, and until when the owner may stop the change. With `isReplaced`, an earlier notice had a link that
 * no longer works.
 */
export function wayWords(
  { subject, way, old, stoppableUntil }: Pick<WayChange, 'subject' | 'way' | 'old' | 'stoppableUntil'>,
  locale: Locale,
  { isReplaced = false } = {},
): { title: string; body: string } {
  const until = days[locale].format(stoppableUntil)
  const body =
    locale === 'id'
      ? `Bila bukan Anda yang memintanya, batalkan lewat tautan ini sampai ${until} WIB.`
      : `If you did not request it, stop it with this link before ${until} WIB.`
  const replaced =
    locale === 'id'
      ? ' Tautan ini menggantikan tautan kami sebelumnya, yang tidak berlaku lagi.'
      : ' This link replaces our earlier link, which no longer works.'
  const isFirst = way === 'email' && old === null
  const title = isFirst ? added[locale][subject[0]] : titles[locale][subject[0]][way]
  return { title, body: isReplaced ? `${body}${replaced}` : body }
}
