import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { ratingOf } from '../products/list.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one factory, its commission and its bank accounts. Finance sees its tax number too.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  input: z.object({ factory: z.uuid() }),
  examples: ['laku factories show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { factory: factoryId }) => {
    const { bankAccountsOf } = await import('../../domain/factory/bank-accounts.ts')
    const { commissionHistoryOf } = await import('../../domain/factory/record-commission.ts')
    const { requireFactoryAccess } = await import('../../domain/factory/require-office-access.ts')
    const { getFactory } = await import('../../domain/factory/read-factories.ts')
    const { taxIdOf } = await import('../../domain/factory/tax-id.ts')
    return await context.read(async (work) => {
      const { actor, tx, vault } = work
      await requireFactoryAccess(work, factoryId)
      const isFinance = actor.kind === 'staff' && (actor.role === 'finance' || actor.role === 'admin')
      return {
        ...(await getFactory(tx, factoryId)),
        taxId: isFinance ? await taxIdOf(work, factoryId) : null,
        commissionHistory: await commissionHistoryOf(work, factoryId),
        bankAccounts: await bankAccountsOf(tx, vault, factoryId),
      }
    })
  },
  fields: [
    { name: 'name', value: (factory) => factory.name },
    { name: 'id', kind: 'code', value: (factory) => factory.id },
    { name: 'verification', kind: 'status', value: (factory) => factory.verification },
    { name: 'status', kind: 'status', value: (factory) => factory.status },
    { name: 'suspended_because', heading: 'why suspended', value: (factory) => factory.suspendedBecause },
    { name: 'phone', value: (factory) => factory.phone },
    { name: 'email', value: (factory) => factory.email },
    { name: 'city', value: (factory) => `${factory.city}, ${factory.province} ${factory.postalCode}` },
    {
      name: 'commission_bps',
      heading: 'commission (bp)',
      kind: 'number',
      value: (factory) => factory.commissionBps,
    },
    {
      name: 'tax_id',
      value: (factory) =>
        factory.taxId ? `${factory.taxId.kind} ${factory.taxId.number}` : factory.taxIdKind,
    },
    { name: 'rating', value: (factory) => ratingOf(factory.rating) },
    { name: 'created_at', kind: 'time', value: (factory) => factory.createdAt },
  ],
  sections: ({ bankAccounts, commissionHistory }) => [
    section(
      'Accounts',
      [
        { name: 'bank', value: (row) => row.bank },
        { name: 'account', kind: 'code', value: (row) => row.account },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'usable_from', kind: 'time', value: (row) => row.usableFrom },
        { name: 'id', kind: 'code', value: (row) => row.id },
      ],
      bankAccounts,
    ),
    section(
      'Commission',
      [
        { name: 'since', kind: 'time', value: (row) => row.since },
        {
          name: 'commission_bps',
          heading: 'basis points',
          kind: 'number',
          value: (row) => row.commissionBps,
        },
        { name: 'set_by', value: (row) => row.setBy },
      ],
      commissionHistory,
    ),
  ],
})
