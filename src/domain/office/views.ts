import type { OfficeStatus, PickupStatus } from './transitions.ts'

export interface OfficeView {
  id: string
  name: string
  /** The phone number in E.164 format. */
  phone: string
  street: string
  city: string
  province: string
  /** The postal code, 5 digits. */
  postalCode: string
  status: OfficeStatus
  agents: { id: string; name: string }[]
  factories: { id: string; name: string }[]
}

export interface PickupView {
  id: string
  office: { id: string; name: string }
  factory: { id: string; name: string }
  purchaseOrder: { id: string; code: string }
  status: PickupStatus
  /** The reason why the pickup failed or was cancelled. */
  statusReason: string | null
  /** The date of the pickup in Jakarta: 2026-11-25. */
  scheduledFor: string
  photoUrl: string | null
  signedBy: string | null
  signatureUrl: string | null
  items: { variantId: string; sku: string; expected: number; counted: number | null }[]
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
}
