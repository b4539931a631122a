import type { Language } from './page.ts'

interface Said {
  title: string
  text: string
}

/** What a buyer reads at `/pay/:code` where there is no invoice to go on to. */
export interface PayTexts {
  paid: Said
  review: Said
  expired: Said
  notFound: Said
  preparing: Said
  line(place: number, waitS: number): Said
}

export const payTexts: Record<Language, PayTexts> = {
  id: {
    paid: { title: 'Sudah dibayar', text: 'Pembayaran ini sudah kami terima. Terima kasih.' },
    review: {
      title: 'Sedang diperiksa',
      text: 'Jumlah yang kami terima berbeda dari tagihan. Tim kami sedang memeriksanya.',
    },
    expired: {
      title: 'Tautan kedaluwarsa',
      text: 'Waktu pembayaran sudah habis, dan tautan ini tidak dapat dibayar lagi.',
    },
    notFound: { title: 'Tidak ditemukan', text: 'Tautan pembayaran ini tidak kami kenal.' },
    preparing: {
      title: 'Mohon tunggu',
      text: 'Halaman pembayaran sedang disiapkan. Halaman ini akan mencoba lagi dengan sendirinya.',
    },
    line: (place, waitS) => ({
      title: 'Mohon tunggu',
      text: `Antrean Anda nomor ${place}, kira-kira ${waitS} detik lagi. Halaman ini melanjutkan dengan sendirinya.`,
    }),
  },
  en: {
    paid: { title: 'Paid', text: 'This payment has reached us. Thank you.' },
    review: {
      title: 'Being looked at',
      text: 'The amount that reached us differs from the bill. Our team is looking at it.',
    },
    expired: {
      title: 'Link expired',
      text: 'The time to pay is over, and this link can no longer be paid.',
    },
    notFound: { title: 'Not found', text: 'There is no such payment link.' },
    preparing: {
      title: 'Please wait',
      text: 'The payment page is being made ready. This page tries again by itself.',
    },
    line: (place, waitS) => ({
      title: 'Please wait',
      text: `You are number ${place} in the line, about ${waitS} seconds more. This page goes on by itself.`,
    }),
  },
}
