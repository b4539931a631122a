import { type SessionView, verdict } from '../../domain/group-buying/index.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import type { Language } from './page.ts'

/** Where a session stands, for who opens its link. */
export type Standing = 'open' | 'full' | 'deciding' | 'reached' | 'failed' | 'cancelled' | 'refunded'

/** What a buyer may be told: a session whose time ran out takes nobody, although its sweep has not decided it yet. */
export function standingOf(session: SessionView, now: Date): Standing {
  if (session.status === 'forming') {
    if (verdict(session, now) !== 'wait') return 'deciding'
    return unitsLeft(session) === 0 ? 'full' : 'open'
  }
  const { status } = session
  return status === 'failed' || status === 'cancelled' || status === 'refunded' ? status : 'reached'
}

/** Units that can still be taken; undefined where the session has no capacity. */
export function unitsLeft({ capacity, paidUnits, heldUnits }: SessionView): number | undefined {
  return capacity === null ? undefined : Math.max(0, capacity - paidUnits - heldUnits)
}

export interface SessionTexts {
  locale: string
  other: { language: Language; name: string }
  standing: Record<Standing, string>
  sold(paid: number, moq: number): string
  missing(count: number): string
  reached: string
  participants: string
  left: string
  held: string
  perBuyer: string
  timeLeft: string
  ends: string
  finalPrice: string
  prices: string
  from(units: number): string
  each: string
  closes: Record<SessionView['closePolicy'], string>
  refund: string
  notFound: { title: string; text: string }
  days: string
  hours: string
  minutes: string
  lessThanAMinute: string
  preview(session: SessionView, lowest: number): string
}

const id: SessionTexts = {
  locale: 'id_ID',
  other: { language: 'en', name: 'English' },
  standing: {
    open: 'Masih dibuka',
    full: 'Penuh',
    deciding: 'Waktu habis, sedang dihitung',
    reached: 'Berhasil, pesanan diproses',
    failed: 'Tidak mencapai target, uang dikembalikan',
    cancelled: 'Dibatalkan, uang dikembalikan',
    refunded: 'Tidak jadi, uang sudah dikembalikan',
  },
  sold: (paid, moq) => `${paid} dari minimal ${moq} barang sudah dibayar`,
  missing: (count) => `Kurang ${count} barang lagi agar harga grup berlaku.`,
  reached: 'Target minimal sudah tercapai.',
  participants: 'Pembeli yang ikut',
  left: 'Sisa barang',
  held: 'Menunggu pembayaran',
  perBuyer: 'Maksimal per pembeli',
  timeLeft: 'Sisa waktu',
  ends: 'Berakhir',
  finalPrice: 'Harga akhir',
  prices: 'Makin banyak yang ikut, makin murah',
  from: (units) => `mulai ${units} barang`,
  each: 'per barang',
  closes: {
    at_moq: 'Grup ditutup begitu target minimal tercapai.',
    at_deadline: 'Grup ditutup pada waktunya, atau lebih cepat bila barangnya habis.',
  },
  refund: 'Bila target tidak tercapai, uang kembali seluruhnya.',
  notFound: { title: 'Tidak ditemukan', text: 'Grup belanja ini tidak ada, atau belum dibuka.' },
  days: 'hari',
  hours: 'jam',
  minutes: 'menit',
  lessThanAMinute: 'kurang dari semenit',
  preview: ({ paidUnits, moq, participants }, lowest) =>
    `Belanja bareng mulai ${formatIdr(lowest)}. ${participants} pembeli ikut, ${paidUnits} dari minimal ${moq} barang.`,
}

const en: SessionTexts = {
  locale: 'en_US',
  other: { language: 'id', name: 'Bahasa Indonesia' },
  standing: {
    open: 'Open',
    full: 'Full',
    deciding: 'Time is over, being counted',
    reached: 'Succeeded, orders are on their way',
    failed: 'Missed its minimum, money goes back',
    cancelled: 'Cancelled, money goes back',
    refunded: 'Did not go ahead, money went back',
  },
  sold: (paid, moq) => `${paid} of at least ${moq} units are paid`,
  missing: (count) => `${count} more ${count === 1 ? 'unit' : 'units'} and the group price holds.`,
  reached: 'The minimum is reached.',
  participants: 'Buyers who are in',
  left: 'Units left',
  held: 'Waiting for payment',
  perBuyer: 'At most per buyer',
  timeLeft: 'Time left',
  ends: 'Ends',
  finalPrice: 'Final price',
  prices: 'The more join, the lower the price',
  from: (units) => `from ${units} ${units === 1 ? 'unit' : 'units'}`,
  each: 'a unit',
  closes: {
    at_moq: 'The group closes as soon as its minimum is reached.',
    at_deadline: 'The group closes at its time, or sooner when everything is sold.',
  },
  refund: 'If the minimum is missed, all the money goes back.',
  notFound: { title: 'Not found', text: 'There is no such group, or it is not open yet.' },
  days: 'days',
  hours: 'hours',
  minutes: 'minutes',
  lessThanAMinute: 'less than a minute',
  preview: ({ paidUnits, moq, participants }, lowest) =>
    `Buy together from ${formatIdr(lowest)}. ${participants} buyers are in, ${paidUnits} of at least ${moq} units.`,
}

export const sessionTexts: Record<Language, SessionTexts> = { id, en }

/** `2 hari 3 jam`: the two largest parts of what is left. */
export function timeLeftText(texts: SessionTexts, endsAt: Date, now: Date): string {
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
    .map(([count, unit]) => `${count} ${count === 1 && texts.locale === 'en_US' ? unit.slice(0, -1) : unit}`)
    .join(' ')
}
