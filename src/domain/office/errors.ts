import { defineErrors } from '../kernel/index.ts'

export const officeErrors = defineErrors('office', {
  not_found: ['not_found', 'No office has this id. See the offices with laku offices list.'],
  name_taken: ['conflict', 'Another office already has this name. Choose another name.'],
  closed: [
    'conflict',
    'This office is closed. Open it with laku offices update --status active, or choose another office.',
  ],
  has_open_pickups: [
    'conflict',
    'This office has open pickups, so it cannot be closed. First end each pickup with laku offices pickups complete, fail or cancel.',
  ],
  staff_not_found: ['not_found', 'No member of staff has this id. See the staff with laku auth staff list.'],
  not_an_agent: [
    'conflict',
    'This member of staff does not have the role agent. Give them the role with laku auth staff role, or choose another person.',
  ],
  factory_not_found: ['not_found', 'No factory has this id. See the factories with laku factories list.'],
  factory_without_office: [
    'conflict',
    'No office is assigned to this factory. Assign one with laku offices assign, then schedule the pickup again.',
  ],
  purchase_order_not_found: [
    'not_found',
    'No purchase order has this code or id. See the purchase orders with laku purchase-orders list.',
  ],
  nothing_to_pick_up: [
    'conflict',
    'This purchase order has no goods to pick up now. See its status with laku purchase-orders show.',
  ],
  pickup_scheduled_already: [
    'conflict',
    'A pickup is already scheduled for this purchase order. See it with laku offices pickups list.',
  ],
  pickup_not_found: ['not_found', 'No pickup has this id. See the pickups with laku offices pickups list.'],
  not_every_item_counted: [
    'invalid',
    'The counts do not fit the list of this pickup. Count every item of the list once, and not more pieces than the list has.',
  ],
})
