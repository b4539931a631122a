import { formatIdr, type Rupiah } from '../../kernel/index.ts'
import { isToldStatus, type NotifiedStatus } from '../notice-rules.ts'
import {
  because,
  type NoticeText,
  type NoticeTexts,
  type RefundReason,
  type WithdrawalPayload,
  type WithdrawalState,
} from './texts.ts'

const reasons: Record<RefundReason, string> = {
  session_failed: 'Sesi tidak mencapai targetnya.',
  session_cancelled: 'Sesi dibatalkan.',
  session_closed: 'Sesi sudah ditutup ketika pembayaran masuk.',
  hold_expired: 'Pembayaran masuk setelah waktunya habis.',
  paid_twice: 'Pembayaran masuk dua kali.',
  buyer_left: 'Anda keluar dari sesi.',
  order_cancelled: 'Pesanan dibatalkan.',
  order_undeliverable: 'Paket tidak dapat diserahkan.',
  order_returned: 'Pengembalian Anda diterima.',
  parcel_lost: 'Paket hilang di kurir.',
  fee_trued: 'Ongkir dari kurir lebih murah dari perkiraan.',
  out_of_stock: 'Barangnya tidak tersedia lagi.',
}

const statuses: Record<NotifiedStatus, (code: string) => NoticeText> = {
  ready_for_pickup: (code) => ({
    title: `Pesanan ${code} siap dikirim`,
    body: 'Kurir akan segera mengambil paket Anda.',
  }),
  picked_up: (code) => ({
    title: `Pesanan ${code} diambil kurir`,
    body: 'Paket Anda sudah di tangan kurir.',
  }),
  in_transit: (code) => ({
    title: `Pesanan ${code} dalam perjalanan`,
    body: 'Paket Anda sedang menuju alamat tujuan.',
  }),
  on_hold: (code) => ({
    title: `Pesanan ${code} tertunda`,
    body: 'Kami sedang menyelesaikannya dan akan mengabari Anda.',
  }),
  failed: (code) => ({
    title: `Paket pesanan ${code} hilang`,
    body: 'Kurir tidak dapat mengantarnya. Kami akan segera menghubungi Anda.',
  }),
  returning: (code) => ({
    title: `Pesanan ${code} dikirim balik`,
    body: 'Kurir tidak dapat menyerahkan paket dan membawanya kembali.',
  }),
  returned: (code) => ({
    title: `Pesanan ${code} sudah kembali`,
    body: 'Paket sudah kembali di gudang kami. Kami akan menghubungi Anda.',
  }),
}

const withdrawals: Record<WithdrawalState, (event: WithdrawalPayload) => NoticeText> = {
  held: ({ code, amountIdr, feeIdr, byStaff, closesAccount }) => ({
    title: `Penarikan ${code} sebesar ${formatIdr(amountIdr)} diminta`,
    body: `${fee(feeIdr)} ${byStaff ? 'Staf kami memintanya untuk Anda.' : 'Jika bukan Anda yang meminta, segera hubungi kami.'}${closesAccount ? ' Akun Anda ditutup setelah uangnya sampai.' : ''}`,
  }),
  approved: ({ code, amountIdr }) => ({
    title: `Penarikan ${code} disetujui`,
    body: `${formatIdr(amountIdr)} akan dikirim ke rekening Anda.`,
  }),
  submitted: ({ code, amountIdr }) => ({
    title: `Penarikan ${code} sudah dikirim`,
    body: `${formatIdr(amountIdr)} sedang menuju rekening Anda.`,
  }),
  succeeded: ({ code, amountIdr }) => ({
    title: `Penarikan ${code} sudah sampai`,
    body: `${formatIdr(amountIdr)} sudah masuk ke rekening Anda.`,
  }),
  failed: ({ code, amountIdr, feeIdr }) => ({
    title: `Penarikan ${code} gagal`,
    body: `Bank tidak menerimanya. ${formatIdr(amountIdr + feeIdr)} sudah kembali ke dompet Laku Anda.`,
  }),
  reversed: ({ code, amountIdr, feeIdr }) => ({
    title: `Penarikan ${code} dikembalikan bank`,
    body: `Bank Anda mengembalikannya. ${formatIdr(amountIdr + feeIdr)} sudah kembali ke dompet Laku Anda.`,
  }),
  rejected: ({ code, amountIdr, feeIdr }) => ({
    title: `Penarikan ${code} tidak disetujui`,
    body: `${formatIdr(amountIdr + feeIdr)} sudah kembali ke dompet Laku Anda. Hubungi kami jika ada pertanyaan.`,
  }),
}

const fee = (feeIdr: number) => (feeIdr > 0 ? `Biayanya ${formatIdr(feeIdr)}.` : 'Tanpa biaya.')

/**
 * The Indonesian words for the wallet's part of a payment. `held`: the part is held in the wallet until the
 * rest is paid. `free`: the part is no longer held, so the buyer can use it again.
 */
const held = (walletIdr: Rupiah) =>
  walletIdr > 0 ? `, ${formatIdr(walletIdr)} di antaranya dari dompet Anda` : ''
const free = (walletIdr: Rupiah) =>
  walletIdr > 0 ? ` ${formatIdr(walletIdr)} di antaranya sudah kembali ke dompet Laku Anda.` : ''

export const indonesian: NoticeTexts = {
  'session.moq_reached': ({ code, paidUnits }) => ({
    title: `Sesi ${code} mencapai target`,
    body: `${paidUnits} barang dibeli bersama. Barangnya sedang kami siapkan; kami kabari begitu pesanan Anda dibuat.`,
  }),
  'participant.joined': ({ code, units, totalIdr, walletIdr }) => ({
    title: `Tempat Anda di sesi ${code} disimpan`,
    body: `${units} barang, total ${formatIdr(totalIdr)}${held(walletIdr)}. Bayar lewat tautan ini sebelum waktunya habis.`,
  }),
  'participant.released': ({ code }) => ({
    title: `Sesi ${code} sudah ditutup`,
    body: 'Tempat Anda belum dibayar dan sudah dilepas. Tagihannya tidak perlu dibayar lagi.',
  }),
  'payment.paid': ({ code, amountIdr }) => ({
    title: 'Pembayaran diterima',
    body: `${formatIdr(amountIdr)} untuk ${code} sudah kami terima. Terima kasih!`,
  }),
  'payment.expired': ({ code, amountIdr, walletIdr }) => ({
    title: 'Waktu pembayaran habis',
    body: `Tagihan ${code} sebesar ${formatIdr(amountIdr)} tidak berlaku lagi.${free(walletIdr)}`,
  }),
  'payment.failed': ({ code, amountIdr, walletIdr }) => ({
    title: 'Pembayaran tidak berhasil',
    body: `Tagihan ${code} sebesar ${formatIdr(amountIdr)} tidak berlaku lagi. Jika ada yang sudah dibayar, kami kembalikan.${free(walletIdr)}`,
  }),
  'order.created': ({ code, totalIdr, walletIdr }) => ({
    title: `Pesanan ${code} menunggu pembayaran`,
    body: `Total ${formatIdr(totalIdr)}${held(walletIdr)}. Bayar lewat tautan ini sebelum waktunya habis.`,
  }),
  'order.paid': ({ code }) => ({
    title: 'Sesi berhasil!',
    body: `Pesanan Anda ${code} sudah dibuat dan sedang kami siapkan.`,
  }),
  'order.cancelled': ({ code, wasPaid }) => ({
    title: `Pesanan ${code} dibatalkan`,
    body: wasPaid ? 'Uang Anda kami kembalikan.' : 'Tidak ada yang perlu dibayar.',
  }),
  'order.status_changed': ({ code, to }) =>
    isToldStatus(to) ? statuses[to](code) : { title: `Pesanan ${code}`, body: `Status: ${to}.` },
  'order.delivered': ({ code }) => ({
    title: `Pesanan ${code} sudah sampai`,
    body: 'Paket Anda telah diterima. Selamat menikmati! Beri tahu pembeli lain pendapat Anda lewat ulasan.',
  }),
  'return.refused': ({ code }) => ({
    title: `Pengembalian pesanan ${code} tidak diterima`,
    body: 'Alasannya dapat Anda lihat pada pesanan Anda.',
  }),
  'refund.decided': ({ refundCode, refundIdr, reason }) => ({
    title: `${formatIdr(refundIdr)} kami kembalikan`,
    body: `${because(reasons, reason)}Pengembalian ${refundCode} menuju rekening asal pembayaran Anda.`,
  }),
  'refund.failed': ({ refundCode, refundIdr }) => ({
    title: `Pengembalian ${formatIdr(refundIdr)} perlu waktu lebih lama`,
    body: `Pengembalian ${refundCode} belum diterima oleh rekening asal pembayaran Anda. Kami coba lagi dan mengabari Anda.`,
  }),
  'refund.waiting': ({ refundCode, refundIdr }) => ({
    title: `Pengembalian ${formatIdr(refundIdr)} menunggu pembayaran Anda`,
    body: `Pembayaran Anda masih diselesaikan bank, satu sampai lima hari. Setelah itu pengembalian ${refundCode} dikirim otomatis.`,
  }),
  'refund.succeeded': ({ refundCode, refundIdr, reason, destination }) => ({
    title: `${formatIdr(refundIdr)} sudah dikembalikan`,
    body: `${because(reasons, reason)}Pengembalian ${refundCode} sudah masuk ke ${
      destination === 'wallet' ? 'dompet Laku Anda' : 'rekening asal pembayaran Anda'
    }.`,
  }),
  'withdrawal.status_changed': (event) => withdrawals[event.to](event),
}
