import type PDFKit from 'pdfkit'
import { formatIdr, jakartaDate } from '../../kernel/index.ts'
import type { SettlementLine } from '../read.ts'
import type { Statement } from './statement.ts'

const MARGIN = 48
const ROW = 16
/**
 * The six columns of the table of lines in a settlement's statement: their positions from the left edge of an
 * A4 page (595 points wide).
 */
const columns = [
  { title: 'Tanggal', x: 48, width: 58 },
  { title: 'Pesanan', x: 108, width: 112 },
  { title: 'Barang', x: 222, width: 118 },
  { title: 'Nilai', x: 340, width: 70, align: 'right' },
  { title: 'Komisi', x: 412, width: 62, align: 'right' },
  { title: 'Diterima', x: 476, width: 71, align: 'right' },
] as const

/**
 * Returns a factory's statement as a PDF, in Indonesian: the sales, the returns, the sum paid, and the
 * account that it was paid to.
 */
export async function statementPdf(statement: Statement): Promise<Buffer> {
  // The PDF library is loaded only when a PDF is made, because loading takes a tenth of a second.
  const { default: PDFDocument } = await import('pdfkit')
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: { Title: `Pelunasan ${statement.code}` },
  })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
  heading(document, statement)
  lines(document, statement.lines)
  totals(document, statement)
  document.end()
  return await done
}

type Document = InstanceType<typeof PDFKit>

function heading(document: Document, statement: Statement): void {
  const { code, factory, city, province, through } = statement
  document.font('Helvetica-Bold').fontSize(16).text('Pernyataan pelunasan')
  document.font('Helvetica').fontSize(10).moveDown(0.5)
  document.text(`${code}, sampai dengan ${through}`)
  document.text(`${factory.name}, ${city}, ${province}`)
  document.moveDown()
}

function lines(document: Document, all: readonly SettlementLine[]): void {
  row(
    document,
    columns.map((column) => column.title),
    true,
  )
  for (const line of all) {
    row(document, [
      jakartaDate(line.postedAt),
      line.orderCode ?? '',
      nameOf(line),
      formatIdr(line.grossIdr),
      formatIdr(line.commissionIdr),
      formatIdr(line.netIdr),
    ])
  }
}

function nameOf({ kind, name, quantity }: SettlementLine): string {
  if (kind === 'adjustment') return name ? `Koreksi: ${name}` : 'Koreksi'
  const goods = `${quantity ?? 1} x ${name ?? ''}`
  return kind === 'refund' ? `Retur: ${goods}` : goods
}

function row(document: Document, cells: readonly string[], bold = false): void {
  if (document.y + ROW > document.page.height - MARGIN) document.addPage()
  const y = document.y
  document.font(bold ? 'Helvetica-Bold' : 'Helvetica').fontSize(8)
  for (const [i, { x, width, ...more }] of columns.entries()) {
    const align = 'align' in more ? more.align : 'left'
    document.text(cells[i] ?? '', x, y, { width, height: ROW, align, ellipsis: true, lineBreak: false })
  }
  document.x = MARGIN
  document.y = y + ROW
}

function totals(document: Document, statement: Statement): void {
  const { grossIdr, commissionIdr, refundsIdr, adjustmentsIdr, netIdr, payouts, paidAt } = statement
  document.moveDown().font('Helvetica').fontSize(10)
  document.text(`Nilai barang: ${formatIdr(grossIdr)}`)
  document.text(`Komisi: -${formatIdr(commissionIdr)}`)
  document.text(`Retur: -${formatIdr(refundsIdr)}`)
  if (adjustmentsIdr !== 0) document.text(`Koreksi: ${formatIdr(adjustmentsIdr)}`)
  document
    .font('Helvetica-Bold')
    .text(`Dibayarkan: ${formatIdr(netIdr)}`)
    .font('Helvetica')
  const payout = payouts[0]
  if (payout) document.text(`Ke rekening ${payout.bank} ${payout.account.replace('…', '...')}`)
  if (paidAt) document.text(`Pada ${jakartaDate(paidAt)}`)
}
