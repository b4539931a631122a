import { z } from 'zod'

export const addressArgument = { name: 'address', description: 'UUID' } as const
export const addressId = { address: z.uuid() }

const text = z.string().trim().min(1).max(200)

export const addressFields = {
  label: text,
  recipientName: text,
  phone: z.string().min(5).max(30),
  street: text,
  district: text,
  city: text,
  province: text,
  postalCode: z.string().regex(/^\d{5}$/, 'it takes 5 digits'),
  areaId: z
    .string()
    .regex(/^[A-Z0-9]{4,60}$/, 'it is Biteship’s id of an area')
    .optional(),
}

export const addressOptions = [
  { flags: '--label <label>', description: 'rumah, kantor' },
  { flags: '--recipient-name <name>', description: 'who takes parcels' },
  { flags: '--phone <phone>', description: 'their number' },
  { flags: '--street <street>', description: 'street and number' },
  { flags: '--district <district>', description: 'kecamatan' },
  { flags: '--city <city>', description: 'kota or kabupaten' },
  { flags: '--province <province>', description: 'provinsi' },
  { flags: '--postal-code <code>', description: '5 digits' },
  { flags: '--area-id <id>', description: 'Biteship’s id of the area' },
] as const
