import type { Language } from './page.ts'

interface Said {
  title: string
  text: string
}

/** The texts that a buyer reads at `/pay/:code` if the buyer cannot be sent to an invoice. */
export interface PayTexts {
  paid: Said
  refunded: Said
  review: Said
  expired: Said
  /**
   * The text for a buyer who returns from the provider before the provider's message about the payment has
   * arrived.
   */
  checking: Said
  notFound: Said
  preparing: Said
  refused: Said
  line(place: number, waitS: number): Said
  code: string
  amount: string
  /** The labels for the part of the amount that the wallet pays, and for the part that an invoice pays. */
  fromWallet: string
  byInvoice: string
  payBefore: string
  toSession: string
  toInvoice: string
}

export const payTexts: Record<Language, PayTexts> = {
  id: {
    paid: {
      title: 'Sudah dibayar',
      text: 'Pembayaran Anda sudah kami terima. Terima kasih. Kabar berikutnya kami kirim ke WhatsApp Anda.',
    },
    refunded: { title: 'Uang dikembalikan', text: 'Pembayaran ini sudah dikembalikan kepada Anda.' },
    review: {
      title: 'Sedang diperiksa',
      text: 'Jumlah yang kami terima berbeda dari tagihan. Tim kami sedang memeriksanya. Anda tidak perlu membayar lagi.',
    },
    expired: {
      title: 'Tautan kedaluwarsa',
      text: 'Waktu pembayaran sudah habis, dan tautan ini tidak dapat dibayar lagi. Bila Anda telanjur membayar, uang Anda tidak hilang: kami terima atau kami kembalikan.',
    },
    checking: {
      title: 'Menunggu konfirmasi',
      text: 'Kami menunggu kabar dari penyedia pembayaran, biasanya beberapa detik. Halaman ini memeriksa lagi dengan sendirinya; jangan membayar dua kali.',
    },
    notFound: {
      title: 'Tidak ditemukan',
      text: 'Tautan pembayaran ini tidak kami kenal. Periksa apakah tautannya tersalin lengkap.',
    },
    preparing: {
      title: 'Mohon tunggu',
      text: 'Halaman pembayaran sedang disiapkan. Halaman ini mencoba lagi dengan sendirinya.',
    },
    refused: {
      title: 'Tidak dapat dibayar',
      text: 'Penyedia pembayaran tidak menerima tagihan ini. Silakan pesan lagi, atau hubungi kami.',
    },
    line: (place, waitS) => ({
      title: 'Mohon tunggu',
      text: `Antrean Anda nomor ${place}, kira-kira ${waitS} detik lagi. Halaman ini melanjutkan dengan sendirinya, dan tempat Anda tetap tersimpan.`,
    }),
    code: 'Kode',
    amount: 'Jumlah',
    fromWallet: 'Dari dompet Laku',
    byInvoice: 'Lewat tagihan',
    payBefore: 'Batas bayar',
    toSession: 'Lihat grup belanja',
    toInvoice: 'Saya belum membayar',
  },
  en: {
    paid: {
      title: 'Paid',
      text: 'We received your payment. Thank you. We send you the next update by WhatsApp.',
    },
    refunded: { title: 'Money returned', text: 'This payment was returned to you.' },
    review: {
      title: 'Being checked',
      text: 'The amount that we received differs from the invoice. Our team is checking it. You do not have to pay again.',
    },
    expired: {
      title: 'Link expired',
      text: 'The time to pay is over, and this link can no longer be paid. If you did pay, your money is not lost: we accept it or return it.',
    },
    checking: {
      title: 'Waiting for confirmation',
      text: 'We are waiting for the payment provider, usually a few seconds. This page checks again automatically; do not pay twice.',
    },
    notFound: {
      title: 'Not found',
      text: 'We do not know this payment link. Check that you copied the whole link.',
    },
    preparing: {
      title: 'Please wait',
      text: 'The payment page is being prepared. This page tries again automatically.',
    },
    refused: {
      title: 'Cannot be paid',
      text: 'The payment provider does not accept this invoice. Please order again, or contact us.',
    },
    line: (place, waitS) => ({
      title: 'Please wait',
      text: `You are number ${place} in the line, about ${waitS} ${waitS === 1 ? 'second' : 'seconds'} more. This page continues automatically, and your place is kept.`,
    }),
    code: 'Code',
    amount: 'Amount',
    fromWallet: 'From your Laku wallet',
    byInvoice: 'By this invoice',
    payBefore: 'Pay before',
    toSession: 'See the group',
    toInvoice: 'I have not paid yet',
  },
}
