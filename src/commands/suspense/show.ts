import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'
import type { AskedDisposal } from '../../domain/suspense/index.ts'
import { ledgerSection } from '../ledger/section.ts'

/**
 * Says what a person asked for, and to whom or what the money goes. A second person approves no more than
 * that.
 */
const askedWords = (asked: AskedDisposal | null) =>
  asked &&
  [asked.to, asked.userId ?? asked.factoryId ?? asked.place ?? asked.reference]
    .filter((word) => word !== undefined)
    .join(' ')

export const show = defineShow({
  name: 'show',
  description: 'Show one amount of unassigned money, what can be done with it, and its ledger postings.',
  args: [{ name: 'item', description: 'the UUID or code of the money' }],
  input: z.object({ item: z.string() }),
  run: async (context, { item }) => {
    const { showSuspense } = await import('../../domain/suspense/list-suspense.ts')
    const { shownReceiving } = await import('../../domain/suspense/receiving-account.ts')
    const { listEntries } = await import('../../domain/ledger/list-entries.ts')
    return await context.read(async ({ tx, vault }) => {
      const found = await showSuspense(tx, item)
      const receivedBy = await shownReceiving(tx, vault, found.id)
      return { ...found, receivedBy, entries: await listEntries(tx, { subjectId: found.id, limit: 100 }) }
    })
  },
  fields: [
    { name: 'id', kind: 'code', value: (suspenseItem) => suspenseItem.id },
    { name: 'code', kind: 'code', value: (suspenseItem) => suspenseItem.code },
    { name: 'kind', value: (suspenseItem) => suspenseItem.kind },
    { name: 'status', kind: 'status', value: (suspenseItem) => suspenseItem.status },
    { name: 'amount_idr', kind: 'idr', value: (suspenseItem) => suspenseItem.amountIdr },
    { name: 'account', kind: 'code', value: (suspenseItem) => suspenseItem.account },
    { name: 'why', value: (suspenseItem) => suspenseItem.why },
    {
      name: 'provider_id',
      heading: "provider's id",
      kind: 'code',
      value: (suspenseItem) => suspenseItem.providerId,
    },
    { name: 'received_by', heading: 'account at a bank', value: (suspenseItem) => suspenseItem.receivedBy },
    { name: 'user_id', heading: 'user', kind: 'code', value: (suspenseItem) => suspenseItem.userId },
    { name: 'factory_id', heading: 'factory', kind: 'code', value: (suspenseItem) => suspenseItem.factoryId },
    { name: 'asked', heading: 'asked for', value: (suspenseItem) => askedWords(suspenseItem.asked) },
    { name: 'request', kind: 'code', value: (suspenseItem) => suspenseItem.request },
    { name: 'asked_by', heading: 'asked by', value: (suspenseItem) => suspenseItem.askedBy },
    { name: 'decided_by', heading: 'decided by', value: (suspenseItem) => suspenseItem.decidedBy },
    { name: 'note', value: (suspenseItem) => suspenseItem.note },
    { name: 'created_at', kind: 'time', value: (suspenseItem) => suspenseItem.createdAt },
    { name: 'decided_at', kind: 'time', value: (suspenseItem) => suspenseItem.decidedAt },
  ],
  sections: ({ entries }) => [ledgerSection(entries)],
})
