import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  basisPoints,
  DomainError,
  defineErrors,
  errorCatalogue,
  formatIdr,
  fromWire,
  idOrCode,
  jakartaDate,
  newCode,
  requireTransition,
  rupiah,
  statesBefore,
  sumIdr,
  toWire,
  Vault,
} from './index.ts'

describe('money', () => {
  it('takes whole rupiah that JavaScript holds exactly, and nothing else', () => {
    for (const amount of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => rupiah(amount)).toThrow(RangeError)
    expect(rupiah(-1)).toBe(-1)
    expect(sumIdr([1, 2, 3])).toBe(6)
  })

  it('takes basis points exactly and rounds down', () => {
    expect(basisPoints(199, 500)).toBe(9)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 10_000 }),
        (amount, bps) => {
          const part = BigInt(basisPoints(amount, bps))
          const exact = BigInt(amount) * BigInt(bps)
          expect(part * 10_000n <= exact && exact < (part + 1n) * 10_000n).toBe(true)
        },
      ),
    )
  })

  it('is written as people in Indonesia write it', () => {
    expect(formatIdr(1_250_000)).toBe('Rp 1.250.000')
    expect(formatIdr(-500)).toBe('-Rp 500')
  })
})

describe('codes and ids', () => {
  it('carry the Jakarta day, which begins at 17:00 UTC', () => {
    expect(jakartaDate(new Date('2026-11-23T16:59:59Z'))).toBe('2026-11-23')
    expect(newCode('GBS', new Date('2026-11-23T17:00:00Z'))).toMatch(/^GBS-261124-[0-9A-HJKMNP-TV-Z]{6}$/)
    expect(newCode('PAY', new Date())).toMatch(/^PAY-\d{6}-[0-9A-HJKMNP-TV-Z]{10}$/)
  })

  it('are told apart', () => {
    expect(idOrCode('019A0000-0000-7000-8000-000000000000')).toEqual({
      id: '019a0000-0000-7000-8000-000000000000',
    })
    expect(idOrCode('gbs-261123-7k3qx2')).toEqual({ code: 'GBS-261123-7K3QX2' })
  })
})

describe('the wire', () => {
  it('is snake_case with instants as text, and comes back', () => {
    const inside = {
      unitPriceIdr: 5,
      expiresAt: new Date(0),
      items: [{ variantId: 'a', gone: undefined }],
      none: null,
    }
    const outside = {
      unit_price_idr: 5,
      expires_at: '1970-01-01T00:00:00.000Z',
      items: [{ variant_id: 'a' }],
      none: null,
    }
    expect(toWire(inside)).toEqual(outside)
    expect(fromWire({ unit_price_idr: 5, items: [{ variant_id: 'a' }] })).toEqual({
      unitPriceIdr: 5,
      items: [{ variantId: 'a' }],
    })
  })
})

describe('errors', () => {
  it('are declared once, with a code of their domain', () => {
    const made = defineErrors('values_test', { full: ['conflict', 'It is full.'] })
    expect(made.full({ free: 0 })).toMatchObject({
      code: 'values_test.full',
      kind: 'conflict',
      details: { free: 0 },
    })
    expect(made.full()).toBeInstanceOf(DomainError)
    expect(() => defineErrors('values_test', { full: ['conflict', 'Again.'] })).toThrow('declared twice')
    expect(errorCatalogue().map((errorDefinition) => errorDefinition.code)).toContain('values_test.full')
  })
})

describe('a state machine', () => {
  const table = { open: ['closed', 'lost'], closed: [], lost: ['closed'] } as const

  it('knows the states before a state, and refuses what is not in its table', () => {
    expect(statesBefore(table, 'closed')).toEqual(['open', 'lost'])
    expect(() => requireTransition(table, 'open', 'lost', 'door')).not.toThrow()
    expect(() => requireTransition(table, 'closed', 'lost', 'door')).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        details: { subject: 'door', from: 'closed', to: 'lost', allowed: [] },
      }),
    )
  })
})

describe('the vault', () => {
  const vault = new Vault('a key of more than sixteen characters')

  it('opens what it sealed, for the same purpose and key only', () => {
    const sealed = vault.seal('otp', '123456')
    expect(vault.open('otp', sealed)).toBe('123456')
    expect(() => vault.open('bank', sealed)).toThrow()
    expect(() => new Vault('another key of sixteen characters').open('otp', sealed)).toThrow()
    expect(vault.seal('otp', '123456')).not.toBe(sealed)
  })

  it('tells a changed text by its mark', () => {
    const mark = vault.hmac('ledger', 'a')
    expect(vault.verify('ledger', 'a', mark)).toBe(true)
    expect(vault.verify('ledger', 'b', mark)).toBe(false)
    expect(vault.verify('other', 'a', mark)).toBe(false)
    expect(vault.verify('ledger', 'a', 'short')).toBe(false)
  })
})
