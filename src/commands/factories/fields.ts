import { z } from 'zod'

/** A tax number as people type it: `npwp:0123…` or `nik:3201…`. */
const taxId = z
  .string()
  .regex(/^(npwp|nik):[\d.\s-]{15,30}$/i, 'it takes npwp:NUMBER or nik:NUMBER')
  .transform((text) => {
    const [kind = '', number = ''] = text.split(':')
    return { kind: kind.toLowerCase() as 'npwp' | 'nik', number }
  })

const basisPoints = z
  .string()
  .regex(/^\d{1,5}$/, 'it takes basis points: 500 is 5 %')
  .transform(Number)
  .pipe(z.int().max(10_000))

/** The fields that `factories create` and `factories update` both take. */
export const factoryInput = {
  email: z.email().max(254).optional(),
  commissionBps: basisPoints.optional(),
  taxId: taxId.optional(),
}

export const factoryOptions = [
  { flags: '--email <address>', description: 'the email address for its statements' },
  {
    flags: '--commission-bps <points>',
    description: 'the commission of the shop in basis points: 500 is 5 %',
  },
  {
    flags: '--tax-id <number>',
    description: 'the tax number: npwp:NUMBER for a company, nik:NUMBER for a person; it is stored encrypted',
  },
] as const
