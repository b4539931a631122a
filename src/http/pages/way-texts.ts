import type { Tone } from './note.ts'
import type { Language } from './page.ts'

export type WayState =
  | 'ask'
  | 'undone'
  | 'undone_account'
  | 'undone_removed'
  | 'undone_late'
  | 'stands'
  | 'stopped'
  | 'over'
  | 'confirm'
  | 'confirmed'
  | 'lost'

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
    undone: {
      tone: 'good',
      title: 'Perubahan dibatalkan',
      text: 'Data yang lama berlaku lagi, dan rekening yang ditambahkan sesudah perubahan itu dihentikan. Tim kami memeriksa siapa yang meminta perubahan ini.',
    },
    undone_account: {
      tone: 'good',
      title: 'Rekening dihentikan',
      text: 'Tidak ada lagi dana yang dikirim ke rekening baru itu. Tim kami memeriksa siapa yang mendaftarkannya.',
    },
    undone_removed: {
      tone: 'good',
      title: 'Perubahan dibatalkan',
      text: 'Data yang baru dihapus; sebelumnya tidak ada data. Tim kami memeriksa siapa yang meminta perubahan ini.',
    },
    undone_late: {
      tone: 'bad',
      title: 'Perubahan dibatalkan, tetapi dana sudah keluar',
      text: 'Data yang lama berlaku lagi, dan rekening yang ditambahkan sesudahnya dihentikan. Namun sudah ada dana yang dikirim ke rekening itu. Tim kami sudah diberi tahu. Hubungi layanan pelanggan kami sekarang.',
    },
    stands: {
      tone: 'bad',
      title: 'Perubahan belum dibatalkan',
      text: 'Kami tidak dapat mengembalikannya otomatis, jadi data yang baru masih berlaku. Tim kami sudah diberi tahu dan segera memeriksanya. Hubungi layanan pelanggan kami sekarang.',
    },
    stopped: {
      tone: 'wait',
      title: 'Perubahan ini sudah dibatalkan',
      text: 'Tautan ini atau tautan lain sudah membatalkannya; sekarang tidak ada yang berubah lagi. Bila Anda menerima pesan kami yang lebih baru, pakai tautan di pesan itu. Bila masih ada yang salah, hubungi layanan pelanggan kami.',
    },
    over: {
      tone: 'bad',
      title: 'Waktunya sudah lewat',
      text: 'Tidak ada yang dibatalkan: tautan ini tidak berlaku lagi untuk perubahan ini. Hubungi layanan pelanggan kami.',
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
    undone: {
      tone: 'good',
      title: 'The change is stopped',
      text: 'The old value is back, and bank accounts that were added after the change are stopped. Our team finds out who asked for this change.',
    },
    undone_account: {
      tone: 'good',
      title: 'The bank account is stopped',
      text: 'No more money is sent to the new bank account. Our team finds out who added it.',
    },
    undone_removed: {
      tone: 'good',
      title: 'The change is stopped',
      text: 'The new value is removed; there was none before. Our team finds out who asked for this change.',
    },
    undone_late: {
      tone: 'bad',
      title: 'The change is stopped, but money had left',
      text: 'The old value is back, and the bank accounts that were added since are stopped. But money had already been sent to such an account. Our team was told. Contact our customer support now.',
    },
    stands: {
      tone: 'bad',
      title: 'The change is not undone yet',
      text: 'We could not change it back automatically, so the new value is still in use. Our team was told and looks at it at once. Contact our customer support now.',
    },
    stopped: {
      tone: 'wait',
      title: 'This change was stopped before',
      text: 'This link or another one stopped it; nothing more changes now. If you got a newer message from us, use the link in that message. If something is still wrong, contact our customer support.',
    },
    over: {
      tone: 'bad',
      title: 'The time is over',
      text: 'Nothing was stopped: this link can no longer stop the change. Contact our customer support.',
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
