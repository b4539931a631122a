import { expect, it } from 'vitest'
import { addressIn } from './caller.ts'

it.each<[string, string | undefined]>([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ...['unknown', '', '999.1.1.1', '203.0.113.7:', '203.0.113.7:123456', '[unknown]:443', '_hidden'].map(
    (text): [string, undefined] => [text, undefined],
  ),
  ['x'.repeat(4_000), undefined],
])('a proxy’s report %s is the address %s', (reported, address) => {
  expect(addressIn(reported)).toBe(address)
})
