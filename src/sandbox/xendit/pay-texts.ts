import type { PaymentMethod } from './channels.ts'

/** What the pages of an invoice say. */
export interface PayTexts {
  /** Of the page in the other language. */
  other: { language: Language; name: string }
  notice: string
  invoice: string
  payBefore(at: string): string
  choose: string
  methods: Record<PaymentMethod, string>
  paid: string
  paidBy(channel: string): string
  expired: string
  expiredText: string
  refused: string
  back: string
  backToInvoice: string
}

export type Language = 'id' | 'en'

export const payTexts: Record<Language, PayTexts> = {
  id: {
    other: { language: 'en', name: 'English' },
    notice: 'Ini halaman uji coba: tidak ada uang sungguhan.',
    invoice: 'Tagihan',
    payBefore: (at) => `Bayar sebelum ${at}`,
    choose: 'Pilih cara bayar',
    methods: {
      BANK_TRANSFER: 'Virtual account',
      EWALLET: 'Dompet digital',
      QR_CODE: 'Kode QR',
      CREDIT_CARD: 'Kartu',
      RETAIL_OUTLET: 'Gerai ritel',
    },
    paid: 'Pembayaran berhasil',
    paidBy: (channel) => `Dibayar lewat ${channel}.`,
    expired: 'Tagihan kedaluwarsa',
    expiredText: 'Tagihan ini tidak dapat dibayar lagi.',
    refused: 'Tidak dibayar',
    back: 'Kembali ke toko',
    backToInvoice: 'Kembali ke tagihan',
  },
  en: {
    other: { language: 'id', name: 'Bahasa Indonesia' },
    notice: 'This is a page for tests: no real money moves.',
    invoice: 'Invoice',
    payBefore: (at) => `Pay before ${at}`,
    choose: 'Choose how to pay',
    methods: {
      BANK_TRANSFER: 'Virtual account',
      EWALLET: 'E-wallet',
      QR_CODE: 'QR code',
      CREDIT_CARD: 'Card',
      RETAIL_OUTLET: 'Retail outlet',
    },
    paid: 'Payment succeeded',
    paidBy: (channel) => `Paid by ${channel}.`,
    expired: 'Invoice expired',
    expiredText: 'This invoice can no longer be paid.',
    refused: 'Not paid',
    back: 'Back to the shop',
    backToInvoice: 'Back to the invoice',
  },
}

/** What `?lang=` says, else English for a browser that names it before Indonesian, else Indonesian. */
export function languageOf(lang: unknown, accepted: string | undefined): Language {
  if (lang === 'id' || lang === 'en') return lang
  return /\b(id|en)\b/i.exec(accepted ?? '')?.[1]?.toLowerCase() === 'en' ? 'en' : 'id'
}
