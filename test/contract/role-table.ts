import type { StaffRole } from '../../src/domain/kernel/index.ts'

/** The role table: what each role may do besides what everybody may do. An admin may do everything. */
export const roleTable = {
  support: ['read everything', 'orders', 'refunds', 'goodwill', 'resend'],
  warehouse: ['stock', 'purchase orders', 'shipments', 'offices', 'read orders'],
  finance: [
    'payments',
    'refunds',
    'settlements',
    'wallets',
    'ledger',
    'factory terms',
    'read orders',
    'read offices',
  ],
  agent: ['factories', 'pickups', 'read offices'],
  service: ['internal calls', 'notifications', 'whatsapp', 'catalogue', 'factories', 'read orders'],
} as const satisfies Record<Exclude<StaffRole, 'admin'>, readonly string[]>

export type Right = (typeof roleTable)[keyof typeof roleTable][number]

export const staffRoles = [...Object.keys(roleTable), 'admin'] as StaffRole[]

/**
 * Returns the roles that have one of these rights. Roles that may read everything have every right that
 * begins with `read`.
 */
export function rolesWith(rights: readonly Right[]): StaffRole[] {
  const reads = rights.some((right) => right.startsWith('read '))
  const wanted = new Set<string>(reads ? [...rights, 'read everything'] : rights)
  return staffRoles.filter((role) => role === 'admin' || roleTable[role].some((right) => wanted.has(right)))
}
