import { defineErrors } from '../kernel/index.ts'

export const reviewErrors = defineErrors('review', {
  not_found: ['not_found', 'This review was not found. Check its id.'],
  item_not_found: [
    'not_found',
    'You have not bought this item, so you cannot review it. Choose an item from your own orders.',
  ],
  not_delivered: [
    'conflict',
    'This item has not arrived yet, so you cannot review it. Write the review after the item has arrived.',
  ],
  reviewed_already: ['conflict', 'You have already reviewed this item. Edit that review instead.'],
  edit_window_over: [
    'conflict',
    'The time to edit this review is over. If something in it is wrong, contact customer support.',
  ],
})
