/**
 * What the templates say that Meta approved under these names, for a gateway that knows no templates. {{1}}, {{2}} … are
 * filled in order.
 */
export const templateTexts: Readonly<Record<string, string>> = {
  laku_otp: '{{1}} adalah kode masuk Laku Anda. Jangan berikan kepada siapa pun.',
  laku_notice: '*{{1}}*\n{{2}}\n{{3}}',
  purchase_order:
    'Halo {{1}}, pesanan {{2}}: {{3}}. Balas YA bila sanggup, TIDAK bila tidak, atau KIRIM bila barang sudah dikirim.',
  settlement_paid: 'Halo {{1}}, penyelesaian {{2}} sebesar {{3}} sudah kami bayarkan.',
}
