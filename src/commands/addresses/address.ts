import { z } from 'zod'

export const addressArgument = { name: 'address', description: 'the UUID of the address' } as const
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
  { flags: '--label <label>', description: 'the name of the address, like rumah or kantor' },
  { flags: '--recipient-name <name>', description: 'the name of the person who receives parcels' },
  { flags: '--phone <phone>', description: 'the phone number of that person' },
  { flags: '--street <street>', description: 'the street and house number' },
  { flags: '--district <district>', description: 'the district (kecamatan)' },
  { flags: '--city <city>', description: 'the city (kota or kabupaten)' },
  { flags: '--province <province>', description: 'the province (provinsi)' },
  { flags: '--postal-code <code>', description: 'the postal code, 5 digits' },
  { flags: '--area-id <id>', description: 'the id of the area at Biteship' },
] as const
