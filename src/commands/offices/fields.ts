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
  { flags: '--name <name>', description: 'its name' },
  { flags: '--phone <phone>', description: 'its number' },
  { flags: '--street <street>', description: 'street and number' },
  { flags: '--city <city>', description: 'where it is' },
  { flags: '--province <province>', description: 'where it is' },
  { flags: '--postal-code <code>', description: '5 digits' },
] as const
