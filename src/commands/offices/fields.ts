import { z } from 'zod'

const text = z.string().trim().min(1).max(200)

export const officeFields = {
  name: text,
  phone: z.string().min(5).max(30),
  street: text,
  city: text,
  province: text,
  postalCode: z.string().regex(/^\d{5}$/, 'it takes 5 digits'),
}

export const officeOptions = [
  { flags: '--name <name>', description: 'the name' },
  { flags: '--phone <phone>', description: 'the phone number' },
  { flags: '--street <street>', description: 'the street and house number' },
  { flags: '--city <city>', description: 'the city (kota or kabupaten)' },
  { flags: '--province <province>', description: 'the province (provinsi)' },
  { flags: '--postal-code <code>', description: 'the postal code, 5 digits' },
] as const
