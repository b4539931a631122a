import type { Language } from '../page.ts'
import type { PaymentMethod } from './channels.ts'

/** The texts on the pages of an invoice. */
export interface PayTexts {
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

export const payTexts: Record<Language, PayTexts> = {
  id: {
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
