import { insertRows, newId, personOf, requireStaff, type Work } from '../kernel/index.ts'
import { hasOwnOffice } from '../territory/index.ts'
import { factoryErrors } from './errors.ts'
import { normalizeFactoryPhone } from './phone.ts'
import { getFactory } from './read-factories.ts'
import { recordCommission } from './record-commission.ts'
import { sealTaxId, type TaxId } from './tax-id.ts'
import type { FactoryView } from './views.ts'

export interface NewFactory {
  name: string
  phone: string
  email?: string | undefined
  city: string
  province: string
  /** The postal code of the factory's address: 5 digits. */
  postalCode: string
  /**
   * The factory's commission rate in basis points of the price; the default of the policy if none was agreed.
   */
  commissionBps?: number | undefined
  taxId?: TaxId | undefined
}

/**
 * Creates a factory, unverified and inactive until staff have seen its papers. Only finance may agree on a
 * commission other than the default. If an agent creates the factory, the agent's office looks after it
 * (choreography: factory.created). So an agent without an office creates none: nobody would look after it.
 * @throws factory.phone_invalid, tax_id_invalid, agent_without_office, kernel.forbidden
 */
export async function createFactory(work: Work, input: NewFactory): Promise<FactoryView> {
  requireStaff(work.actor, 'agent', 'finance', 'service')
  if (input.commissionBps !== undefined) requireStaff(work.actor, 'finance')
  if (!(await hasOwnOffice(work))) throw factoryErrors.agent_without_office({ staffId: personOf(work.actor) })
  const id = newId()
  const { name, city, province, postalCode, email, taxId } = input
  const commissionBps = input.commissionBps ?? work.policy.defaultCommissionBps
  await insertRows(work.tx, 'factories', [
    {
      id,
      name,
      phone: normalizeFactoryPhone(input.phone),
      email: email ?? null,
      city,
      province,
      postalCode,
      verification: 'unverified',
      status: 'inactive',
      commissionBps,
      ...(taxId ? sealTaxId(work.vault, taxId) : {}),
      createdAt: work.now,
      updatedAt: work.now,
    },
  ])
  await recordCommission(work, id, commissionBps)
  work.emit({ type: 'factory.created', aggregate: ['factory', id], payload: { factoryId: id } })
  const factory = await getFactory(work.tx, id)
  work.audit({ command: 'factories create', subject: ['factory', id], after: factory })
  return factory
}
