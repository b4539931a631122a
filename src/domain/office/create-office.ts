import { normalizeFactoryPhone } from '../factory/index.ts'
import { insertRows, newId, requireStaff, type Work } from '../kernel/index.ts'
import { officeErrors } from './errors.ts'
import { getOffice } from './read-offices.ts'
import type { OfficeView } from './views.ts'

export interface NewOffice {
  name: string
  phone: string
  street: string
  city: string
  province: string
  /** The postal code, 5 digits. */
  postalCode: string
}

/**
 * Opens an office that looks after factories.
 * @throws office.name_taken, factory.phone_invalid, kernel.forbidden
 */
export async function createOffice(work: Work, input: NewOffice): Promise<OfficeView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const id = newId()
  const row = {
    id,
    ...input,
    phone: normalizeFactoryPhone(input.phone),
    status: 'active',
    createdAt: work.now,
    updatedAt: work.now,
  }
  const made = await insertRows(work.tx, 'agentOffices', [row], {
    onConflictDoNothing: true,
    returning: 'id',
  })
  if (made.length === 0) throw officeErrors.name_taken({ name: input.name })
  work.emit({ type: 'office.created', aggregate: ['office', id], payload: { officeId: id } })
  const office = await getOffice(work, id)
  work.audit({ command: 'offices create', subject: ['office', id], after: office })
  return office
}
