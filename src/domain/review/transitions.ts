import { machineOf, type Transitions } from '../kernel/index.ts'

export type ReviewStatus = 'pending' | 'published' | 'hidden'

/**
 * Nobody reads a review before somebody of the staff has. What is published can be hidden, and shown again.
 */
export const reviewTransitions: Transitions<ReviewStatus> = {
  pending: ['published', 'hidden'],
  published: ['hidden'],
  hidden: ['published'],
}

export const reviewMachine = machineOf('review', 'reviews', reviewTransitions)
