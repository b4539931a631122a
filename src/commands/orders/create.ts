import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { Rate } from '../../domain/logistics/index.ts'
import { askedCourier, askedItem, itemsNamed } from '../asked-items.ts'
import { askedPayment, howPaid, walletInput, walletOptions } from '../asked-payment.ts'
import { askingRate, assumingRate } from '../asked-rate.ts'

export const create = defineChange({
  name: 'create',
  description: 'Place a direct order for a buyer, to one of their addresses. The buyer gets a link to pay.',
  args: [{ name: 'items', description: 'the items, each as SKU=quantity or UUID=quantity', variadic: true }],
  options: [
    { flags: '--user <user>', description: 'the UUID or phone number of the buyer' },
    {
      flags: '--address <id>',
      description: 'the UUID of one of their addresses (their default address)',
    },
    { flags: '--courier <courier>', description: 'the courier as company:type (the cheapest)' },
    ...walletOptions,
  ],
  input: z.object({
    items: z.array(askedItem).min(1),
    user: z.string('name the buyer'),
    address: z.uuid().optional(),
    courier: askedCourier.optional(),
    ...walletInput,
    rate: z.custom<Rate>().optional(),
  }),
  examples: [
    'laku orders create KAOS-HITAM-M=2 --user +628120000001 --reason "ordered on the phone"',
    'laku orders create KAOS-HITAM-M=2 --user +628120000001 --wallet-part 5000 --reason "5,000 from the wallet"',
  ],
  needsReason: true,
  change: async (work, { items, user, address, courier: choice, wallet, walletPart, rate }, _, context) => {
    const { createOrder } = await import('../../domain/order/index.ts')
    const { defaultAddressId } = await import('../../domain/address/index.ts')
    const { requireUser } = await import('../../domain/user/index.ts')
    const { warehousePostalCode, publicUrl } = (await context.laku()).config
    const { id: userId } = await requireUser(work.tx, user)
    const addressId = address ?? (await defaultAddressId(work.tx, userId))
    return await createOrder(
      work,
      {
        userId,
        items: await itemsNamed(work.tx, items),
        addressId,
        courier: choice,
        ...askedPayment({ wallet, walletPart }),
        rate,
      },
      { originPostalCode: warehousePostalCode, publicUrl },
    )
  },
  outside: askingRate,
  assuming: assumingRate,
  done: ({ order, payment }) => `${order.code} is ${order.status}: ${howPaid(payment)}`,
})
