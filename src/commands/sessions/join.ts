import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { Rate } from '../../domain/logistics/index.ts'
import { askedCourier, askedItem, itemsNamed } from '../asked-items.ts'
import { askedPayment, howPaid, walletInput, walletOptions } from '../asked-payment.ts'
import { askingRate, assumingRate } from '../asked-rate.ts'
import { sessionArgument, sessionInput, sessionNamed } from './session.ts'

export const join = defineChange({
  name: 'join',
  description: 'Join a forming session for a buyer who asked for it. The buyer gets a link to pay.',
  args: [sessionArgument],
  options: [
    { flags: '--user <user>', description: 'the UUID or phone number of the buyer' },
    { flags: '--item <item...>', description: 'the items, each as SKU=quantity or UUID=quantity' },
    {
      flags: '--address <id>',
      description: 'the UUID of one of their addresses (their default address)',
    },
    { flags: '--courier <courier>', description: 'the courier as company:type (the cheapest)' },
    ...walletOptions,
  ],
  input: z.object({
    ...sessionInput,
    user: z.string('name the buyer'),
    item: z.array(askedItem, 'name at least one item').min(1),
    address: z.uuid().optional(),
    courier: askedCourier.optional(),
    ...walletInput,
    rate: z.custom<Rate>().optional(),
  }),
  examples: [
    'laku sessions join GBS-261123-7K3QX2 --user +628120000001 --item KAOS-HITAM-M=2 --reason "asked on the phone"',
  ],
  needsReason: true,
  change: async (work, { session, user, item, address, courier, wallet, walletPart, rate }, _, context) => {
    const { joinForBuyer } = await import('../../domain/group-buying/index.ts')
    const { defaultAddressId } = await import('../../domain/address/index.ts')
    const { requireUser } = await import('../../domain/user/index.ts')
    const { warehousePostalCode, publicUrl } = (await context.laku()).config
    const { id: customerId } = await requireUser(work.tx, user)
    const wanted = {
      customerId,
      sessionId: (await sessionNamed(work.tx, session)).id,
      items: await itemsNamed(work.tx, item),
      addressId: address ?? (await defaultAddressId(work.tx, customerId)),
      courier,
      ...askedPayment({ wallet, walletPart }),
      rate,
    }
    return await joinForBuyer(work, wanted, { originPostalCode: warehousePostalCode, publicUrl })
  },
  outside: askingRate,
  assuming: assumingRate,
  done: ({ participation: { units, status }, payment }) =>
    `A place with ${units} units is ${status}: ${howPaid(payment)}`,
})
