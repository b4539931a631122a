import { machineOf, type Transitions } from '../kernel/index.ts'

export type PickupStatus = 'scheduled' | 'in_progress' | 'completed' | 'failed' | 'cancelled'

/** The transitions of a pickup. A pickup that failed or was cancelled stays so; another pickup follows it. */
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
