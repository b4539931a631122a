import { type SessionView, verdict } from '../../domain/group-buying/index.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { type Markup, markup } from './markup.ts'
import type { Language } from './page.ts'

/** The state of a session, as displayed to a person who opens the session's link. */
export type Standing = 'open' | 'full' | 'deciding' | 'reached' | 'failed' | 'cancelled' | 'refunded'

/**
 * Returns the state of a session for its page. After the session's time has run out, the state is `deciding`
 * until laku has decided the result.
 */
export function standingOf(session: SessionView, now: Date): Standing {
  if (session.status === 'forming') {
    if (verdict(session, now) !== 'wait') return 'deciding'
    return unitsLeft(session) === 0 ? 'full' : 'open'
  }
  const { status } = session
  return status === 'failed' || status === 'cancelled' || status === 'refunded' ? status : 'reached'
}

/** Returns the number of units that can still be bought; undefined if the session has no capacity. */
export function unitsLeft({ capacity, paidUnits, heldUnits }: SessionView): number | undefined {
  return capacity === null ? undefined : Math.max(0, capacity - paidUnits - heldUnits)
}

export interface SessionTexts {
  standing: Record<Standing, string>
  sold(paid: string, moq: string): string
  missing(count: number, shown: string): string
  reached: string
  priceMay(price: Markup, units: string): Markup
  payFirst(price: Markup): Markup
  participants: string
  left: string
  held: string
  perBuyer: string
  timeLeft: string
  ends: string
  code: string
  finalPrice: string
  prices: string
  from(units: number, shown: string): string
  each: string
  current: string
  perUnit: string
  priceList: string
  rules: string
  closes: Record<SessionView['closePolicy'], string>
  rebate: string
  refund: string
  over: Record<'failed' | 'cancelled' | 'refunded', string>
  join(code: Markup): Markup
  full: string
  share: string
  shareText(product: string, url: string): string
  notFound: { title: string; text: string }
  days: string
  hours: string
  minutes: string
  lessThanAMinute: string
  preview(session: SessionView, lowest: number): string
}

const id: SessionTexts = {
  standing: {
    open: 'Masih dibuka',
    full: 'Penuh',
    deciding: 'Waktu habis, sedang dihitung',
    reached: 'Berhasil, pesanan diproses',
    failed: 'Tidak mencapai target',
    cancelled: 'Dibatalkan',
    refunded: 'Tidak jadi',
  },
  sold: (paid, moq) => `${paid} dari minimal ${moq} barang sudah dibayar`,
  missing: (_, shown) => `Kurang ${shown} barang lagi agar harga grup berlaku.`,
  reached: 'Target minimal sudah tercapai.',
  each: 'per barang',
  priceMay: (price, units) => markup`Bisa turun sampai ${price} bila terjual ${units} barang.`,
  payFirst: (price) =>
    markup`Anda membayar ${price} dulu; selisihnya masuk ke dompet Laku Anda setelah grup ditutup.`,
  participants: 'Pembeli yang ikut',
  left: 'Sisa barang',
  held: 'Menunggu pembayaran',
  perBuyer: 'Maksimal per pembeli',
  timeLeft: 'Sisa waktu',
  ends: 'Berakhir',
  code: 'Kode grup',
  finalPrice: 'Harga akhir',
  prices: 'Makin banyak yang ikut, makin murah',
  from: (_, shown) => `mulai ${shown} barang`,
  current: 'harga grup saat ini',
  perUnit: 'Harga per barang',
  priceList: 'Daftar harga',
  rules: 'Cara kerjanya',
  closes: {
    at_moq: 'Grup ditutup begitu target minimal tercapai.',
    at_deadline: 'Grup ditutup pada waktunya, atau lebih cepat bila barangnya habis.',
  },
  rebate:
    'Semua membayar harga pertama. Bila harga akhirnya lebih murah, selisihnya masuk ke dompet Laku Anda.',
  refund: 'Bila target tidak tercapai, uang kembali seluruhnya.',
  over: {
    failed:
      'Grup ini tidak mencapai jumlah minimalnya. Semua yang sudah membayar mendapat uangnya kembali seluruhnya.',
    cancelled: 'Grup ini dibatalkan. Semua yang sudah membayar mendapat uangnya kembali seluruhnya.',
    refunded: 'Grup ini tidak jadi. Semua yang sudah membayar sudah mendapat uangnya kembali.',
  },
  join: (code) => markup`Untuk ikut, masuk ke Laku dan pakai kode grup ${code}.`,
  full: 'Semua tempat sudah diambil. Tempat yang tidak dibayar pada waktunya terbuka lagi.',
  share: 'Bagikan lewat WhatsApp',
  shareText: (product, url) => `Yuk belanja bareng ${product} di Laku: ${url}`,
  notFound: {
    title: 'Tidak ditemukan',
    text: 'Grup belanja ini tidak ada, atau belum dibuka. Periksa apakah tautannya tersalin lengkap.',
  },
  days: 'hari',
  hours: 'jam',
  minutes: 'menit',
  lessThanAMinute: 'kurang dari semenit',
  preview: ({ paidUnits, moq, participants }, lowest) =>
    `Belanja bareng mulai ${formatIdr(lowest)}. ${participants} pembeli ikut, ${paidUnits} dari minimal ${moq} barang.`,
}

const en: SessionTexts = {
  standing: {
    open: 'Open',
    full: 'Full',
    deciding: 'Time is over, being counted',
    reached: 'Succeeded, orders are on their way',
    failed: 'Missed its minimum',
    cancelled: 'Cancelled',
    refunded: 'Did not go ahead',
  },
  sold: (paid, moq) => `${paid} of at least ${moq} units are paid`,
  missing: (count, shown) => `${shown} more ${unitsOf(count)} are needed for the group price.`,
  reached: 'The minimum is reached.',
  each: 'a unit',
  priceMay: (price, units) => markup`Can go down to ${price} when ${units} units are sold.`,
  payFirst: (price) =>
    markup`You pay ${price} first; the difference goes to your Laku wallet when the group has closed.`,
  participants: 'Buyers who have joined',
  left: 'Units left',
  held: 'Waiting for payment',
  perBuyer: 'At most per buyer',
  timeLeft: 'Time left',
  ends: 'Ends',
  code: 'Group code',
  finalPrice: 'Final price',
  prices: 'The more join, the lower the price',
  from: (units, shown) => `from ${shown} ${unitsOf(units)}`,
  current: 'group price now',
  perUnit: 'Price of a unit',
  priceList: 'Prices',
  rules: 'How it works',
  closes: {
    at_moq: 'The group closes as soon as its minimum is reached.',
    at_deadline: 'The group closes at its time, or sooner when everything is sold.',
  },
  rebate:
    'Everybody pays the first price. If the final price is lower, the difference goes to your Laku wallet.',
  refund: 'If the minimum is missed, all the money goes back.',
  over: {
    failed: 'This group missed its minimum. Everybody who paid gets all their money back.',
    cancelled: 'This group was cancelled. Everybody who paid gets all their money back.',
    refunded: 'This group did not go ahead. Everybody who paid has their money back.',
  },
  join: (code) => markup`To join, log in to Laku and use the group code ${code}.`,
  full: 'All places are taken. Places that are not paid in time become free again.',
  share: 'Share by WhatsApp',
  shareText: (product, url) => `Let us buy ${product} together at Laku: ${url}`,
  notFound: {
    title: 'Not found',
    text: 'There is no such group, or it is not open yet. Check that you copied the whole link.',
  },
  days: 'days',
  hours: 'hours',
  minutes: 'minutes',
  lessThanAMinute: 'less than a minute',
  preview: ({ paidUnits, moq, participants }, lowest) =>
    `Buy together from ${formatIdr(lowest)}. ${participants} ${participants === 1 ? 'buyer is' : 'buyers are'} in, ${paidUnits} of at least ${moq} ${unitsOf(moq)}.`,
}

const unitsOf = (count: number) => (count === 1 ? 'unit' : 'units')

export const sessionTexts: Record<Language, SessionTexts> = { id, en }

/** Returns the remaining time in its two largest units: `2 hari 3 jam`. */
export function timeLeftText(language: Language, endsAt: Date, now: Date): string {
  const texts = sessionTexts[language]
  const minutes = Math.floor((endsAt.getTime() - now.getTime()) / 60_000)
  if (minutes < 1) return texts.lessThanAMinute
  const parts: [number, string][] = [
    [Math.floor(minutes / 1_440), texts.days],
    [Math.floor(minutes / 60) % 24, texts.hours],
    [minutes % 60, texts.minutes],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${count === 1 && language === 'en' ? unit.slice(0, -1) : unit}`)
    .join(' ')
}
