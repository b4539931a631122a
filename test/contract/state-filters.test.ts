import { expect, it } from 'vitest'
import { findMachines } from '../../scripts/machines.ts'
import { allCommands } from '../../src/commands/tree.ts'

// The help of a command must load no domain, so the states of its filters are written a second time. They are
// compared with the state machine here.
const machineOf: Record<string, string> = {
  users: 'user',
  settle: 'settlement',
  'settle batches': 'bank batch',
  'wallets adjustments': 'wallet adjustment',
  'wallets withdrawals': 'withdrawal',
  orders: 'order',
  'orders returns': 'return',
  shipments: 'shipment',
  reviews: 'review',
  notifications: 'delivery',
  refunds: 'refund',
  sessions: 'session',
  whatsapp: 'message',
  products: 'product',
  payments: 'payment',
  webhooks: 'webhook',
  factories: 'factory',
  offices: 'office',
  'offices pickups': 'pickup',
  'purchase-orders': 'purchase order',
}
const lists = (await allCommands()).flatMap(({ path, definition }) => {
  const option = definition.options.find((option) => option.flags.startsWith('--status'))
  const noun = path.slice(0, -1).join(' ')
  return definition.kind === 'list' && option?.choices ? [{ noun, choices: option.choices }] : []
})
const machines = await findMachines(process.cwd())

it('each list that filters by state is of a machine', () => {
  expect(lists.map(({ noun }) => noun).sort()).toEqual(Object.keys(machineOf).sort())
})

it.each(lists)('$noun list takes every state of its machine, and no other', ({ noun, choices }) => {
  const machine = machines.find(({ name }) => name === machineOf[noun])
  expect([...choices].sort()).toEqual(Object.keys(machine?.table ?? {}).sort())
})
