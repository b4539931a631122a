import { expect, test } from 'vitest'
import { barePhone, e164FromBare, plusPhone, trunkPhone } from './phone.ts'

test('one number in the spellings of the providers', () => {
  expect(plusPhone('+628123456789')).toBe('+628123456789')
  expect(barePhone('+628123456789')).toBe('628123456789')
  expect(trunkPhone('+628123456789')).toBe('08123456789')
  expect(trunkPhone('+6591234567')).toBe('6591234567')
  expect(e164FromBare('628123456789')).toBe('+628123456789')
  expect(e164FromBare('+628123456789')).toBe('+628123456789')
})

test.each(['08123456789', '628123456789', '+62 812', '', '+0812345678'])('%j is not E.164', (phone) => {
  expect(() => barePhone(phone)).toThrow(RangeError)
})

test('the error does not show the number', () => {
  expect(() => plusPhone('08123456789')).toThrow(/^not an E.164 phone number$/)
})
