import { defineErrors } from '../kernel/index.ts'

export const officeErrors = defineErrors('office', {
  not_found: ['not_found', 'There is no such office.'],
  name_taken: ['conflict', 'Another office has this name.'],
  closed: ['conflict', 'This office is closed.'],
  has_open_pickups: ['conflict', 'An office with pickups under way cannot be closed.'],
  staff_not_found: ['not_found', 'There is no such member of the staff.'],
  not_an_agent: ['conflict', 'Only an agent works for an office.'],
  factory_not_found: ['not_found', 'There is no such factory.'],
  factory_without_office: ['conflict', 'No office looks after this factory: assign it to one first.'],
  purchase_order_not_found: ['not_found', 'There is no such purchase order.'],
  nothing_to_pick_up: ['conflict', 'This purchase order has nothing that could be picked up now.'],
  pickup_scheduled_already: ['conflict', 'This purchase order has its pickup already.'],
  pickup_not_found: ['not_found', 'There is no such pickup.'],
  not_every_item_counted: [
    'invalid',
    'A pickup counts every item of its list, each once, and never more than was asked for.',
  ],
})
