import { machineOf, type Transitions } from '../kernel/index.ts'

export type ReviewStatus = 'pending' | 'published' | 'hidden'

/**
 * The allowed transitions of a review. A review is public only after staff have read it. Staff can hide a
 * published review and publish it again.
 */
export const reviewTransitions: Transitions<ReviewStatus> = {
  pending: ['published', 'hidden'],
  published: ['hidden'],
  hidden: ['published'],
}

export const reviewMachine = machineOf('review', 'reviews', reviewTransitions)
