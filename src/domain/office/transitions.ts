import { machineOf, type Transitions } from '../kernel/index.ts'

export type PickupStatus = 'scheduled' | 'in_progress' | 'completed' | 'failed' | 'cancelled'

/**
 * The allowed transitions of a pickup's status. A failed or cancelled pickup is never revived; a new pickup
 * is scheduled instead.
 */
export const pickupTransitions: Transitions<PickupStatus> = {
  scheduled: ['in_progress', 'cancelled'],
  in_progress: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
}

export const pickupMachine = machineOf('pickup', 'pickupTasks', pickupTransitions)

export type OfficeStatus = 'active' | 'closed'

export const officeTransitions: Transitions<OfficeStatus> = {
  active: ['closed'],
  closed: ['active'],
}

export const officeMachine = machineOf('office', 'agentOffices', officeTransitions)
