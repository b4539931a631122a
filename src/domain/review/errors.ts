import { defineErrors } from '../kernel/index.ts'

export const reviewErrors = defineErrors('review', {
  not_found: ['not_found', 'There is no such review.'],
  item_not_found: ['not_found', 'You have bought no such item.'],
  not_delivered: ['conflict', 'An item can be reviewed once it has arrived.'],
  reviewed_already: ['conflict', 'This item has its review; edit that one.'],
  edit_window_over: ['conflict', 'This review is too old to be edited.'],
})
