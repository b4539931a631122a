import type { Work } from '../../kernel/index.ts'

/** Raises an attention item for a settlement whose money did not arrive, with the reason. */
export function reportUnpaid(work: Work, { id, code }: { id: string; code: string }, why: string): void {
  work.requestAttention({
    kind: 'settlement_unpaid',
    subject: ['settlement', id],
    message: `${code} is not paid: ${why}`,
    command: `laku settle retry ${code}`,
  })
}
