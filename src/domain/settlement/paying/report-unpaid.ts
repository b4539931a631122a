import type { Work } from '../../kernel/index.ts'

/** Tells a person of a settlement whose money did not arrive, and why. */
export function reportUnpaid(work: Work, { id, code }: { id: string; code: string }, why: string): void {
  work.requestAttention({
    kind: 'settlement_unpaid',
    subject: ['settlement', id],
    message: `${code}: ${why}`,
    command: `laku settle retry ${code}`,
  })
}
