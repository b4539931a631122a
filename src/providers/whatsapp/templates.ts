/** A WhatsApp template of ours, as it is registered at Meta. {{1}}, {{2}} … are filled in order. */
export interface Template {
  name: string
  /** The language in which the template is registered. */
  language: 'id' | 'en'
  /**
   * The template's category. Meta writes the body of an AUTHENTICATION template itself. For this category,
   * `body` is only the text that a gateway without templates sends.
   */
  category: 'UTILITY' | 'AUTHENTICATION'
  body: string
  /** An example value for each placeholder, which Meta asks for. */
  examples: readonly string[]
}

export const templates: readonly Template[] = [
  {
    name: 'laku_otp',
    language: 'id',
    category: 'AUTHENTICATION',
    body: 'Kode masuk Laku Anda adalah {{1}}. Jangan berikan kepada siapa pun.',
    examples: ['482913'],
  },
  {
    name: 'laku_code',
    language: 'id',
    category: 'AUTHENTICATION',
    body: 'Kode Laku Anda adalah {{1}}. Jangan berikan kepada siapa pun.',
    examples: ['482913'],
  },
  {
    name: 'laku_code_for',
    language: 'id',
    category: 'UTILITY',
    body: 'Kode Laku yang kami kirim bersama pesan ini hanya untuk {{1}}. Bila bukan Anda yang memintanya, jangan berikan kode itu kepada siapa pun, juga tidak kepada orang yang mengaku dari Laku.',
    examples: ['menarik dana dari dompet Laku Anda ke rekening'],
  },
  {
    name: 'laku_code_for',
    language: 'en',
    category: 'UTILITY',
    body: 'The Laku code that we send with this message is only for {{1}}. If it was not you who asked for it, give that code to nobody, and not to anyone who says that they are from Laku either.',
    examples: ['taking money out of your Laku wallet to a bank account'],
  },
  {
    name: 'laku_notice',
    language: 'id',
    category: 'UTILITY',
    body: 'Ada kabar untuk Anda dari Laku: {{1}}. Keterangannya: "{{2}}" Untuk melihat selengkapnya, buka {{3}} di ponsel Anda. Terima kasih telah berbelanja bersama di Laku.',
    examples: [
      'Pesanan Anda sedang diantar',
      'Paket Anda sedang menuju alamat tujuan.',
      'https://laku.example.com',
    ],
  },
  {
    name: 'laku_notice',
    language: 'en',
    category: 'UTILITY',
    body: 'There is news for you from Laku: {{1}}. What it means: "{{2}}" To see all of it, open {{3}} on your phone. Thank you for shopping together at Laku.',
    examples: [
      'Your order is on its way',
      'Your parcel is being brought to you.',
      'https://laku.example.com',
    ],
  },
  {
    name: 'purchase_order',
    language: 'id',
    category: 'UTILITY',
    body: 'Halo {{1}}, ada pesanan {{2}} dari Laku dengan isi sebagai berikut: {{3}}. Balas YA bila sanggup, TIDAK bila tidak, atau KIRIM bila barang sudah dikirim.',
    examples: ['PT Maju', 'PO-261125-7K2Q9X', 'KAOS-M 24 pcs (2 bundel); KAOS-L 12 pcs (1 bundel)'],
  },
  {
    name: 'settlement_paid',
    language: 'id',
    category: 'UTILITY',
    body: 'Halo {{1}}, penyelesaian {{2}} sebesar {{3}} sudah kami bayarkan. Terima kasih atas kerja sama Anda.',
    examples: ['PT Maju', 'STL-261125-7K2Q9X', 'Rp 1.250.000'],
  },
  {
    name: 'return_accepted',
    language: 'id',
    category: 'UTILITY',
    body: 'Halo {{1}}, retur dari pesanan {{2}} sudah kami terima dan periksa. Barang yang kembali: {{3}}. Alasan pembeli: {{4}}. Jumlah yang kami kurangkan dari saldo Anda: {{5}}. Rinciannya ada di laporan penyelesaian berikutnya.',
    examples: [
      'PT Maju',
      'ORD-261125-7K2Q9X',
      'KAOS-M 2 pcs (dihapus dari stok); KAOS-L 1 pcs (masuk stok lagi)',
      'barang cacat',
      'Rp 114.000',
    ],
  },
]

/**
 * Returns the text of a template in a language, or in the template's only language; undefined for an unknown
 * name.
 */
export function templateBody(name: string, language: string): string | undefined {
  const named = templates.filter((template) => template.name === name)
  return (named.find((template) => template.language === language) ?? named[0])?.body
}

/**
 * The Indonesian text of each template by its name, for a gateway that knows no templates.
 * @internal
 */
export const templateTexts: Readonly<Record<string, string>> = Object.fromEntries(
  templates.toReversed().map(({ name, body }) => [name, body]),
)
