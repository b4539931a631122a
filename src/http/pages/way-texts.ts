import type { Tone } from './note.ts'
import type { Language } from './page.ts'

export type WayState = 'ask' | 'stopped' | 'over' | 'confirm' | 'confirmed' | 'lost'

interface Said {
  tone: Tone
  title: string
  text: string
  action?: string
}

/**
 * The texts of the two pages that links in messages open: one page stops a change of a login contact or
 * payment detail, the other confirms an email address.
 */
export const wayTexts: Record<Language, Record<WayState, Said>> = {
  id: {
    ask: {
      tone: 'wait',
      title: 'Bukan Anda yang memintanya?',
      text: 'Perubahan ini dibatalkan, semua yang sedang masuk dikeluarkan, dan penarikan dana ditahan untuk sementara.',
      action: 'Batalkan perubahan',
    },
    stopped: {
      tone: 'good',
      title: 'Perubahan dibatalkan',
      text: 'Data yang lama berlaku lagi. Tim kami memeriksa siapa yang meminta perubahan ini.',
    },
    over: {
      tone: 'bad',
      title: 'Waktunya sudah lewat',
      text: 'Perubahan ini tidak dapat dibatalkan lewat tautan lagi. Hubungi kami.',
    },
    confirm: {
      tone: 'wait',
      title: 'Konfirmasi alamat email',
      text: 'Setelah ini kode masuk juga dapat dikirim ke alamat ini.',
      action: 'Ya, ini alamat saya',
    },
    confirmed: {
      tone: 'good',
      title: 'Alamat dikonfirmasi',
      text: 'Terima kasih. Halaman ini boleh ditutup.',
    },
    lost: {
      tone: 'bad',
      title: 'Tautan tidak berlaku',
      text: 'Tautan ini sudah lewat waktunya atau tidak lengkap.',
    },
  },
  en: {
    ask: {
      tone: 'wait',
      title: 'Was it not you?',
      text: 'This change is undone, everybody who is logged in is logged out, and withdrawals are held back for a while.',
      action: 'Stop the change',
    },
    stopped: {
      tone: 'good',
      title: 'The change is stopped',
      text: 'The old value is back. Our team finds out who asked for this change.',
    },
    over: {
      tone: 'bad',
      title: 'The time is over',
      text: 'This link can no longer stop the change. Contact our customer support.',
    },
    confirm: {
      tone: 'wait',
      title: 'Confirm your email address',
      text: 'After this, codes to log in can also be sent to this address.',
      action: 'Yes, this address is mine',
    },
    confirmed: {
      tone: 'good',
      title: 'The address is confirmed',
      text: 'Thank you. You may close this page.',
    },
    lost: {
      tone: 'bad',
      title: 'This link does not work',
      text: 'It has expired, or you did not copy the whole link.',
    },
  },
}
