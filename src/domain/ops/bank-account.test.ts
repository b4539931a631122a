import { expect, it } from 'vitest'
import { describedFor, payoutChannels } from './bank-account.ts'

it.each([
  ['ID_BRI', 'Laku STL-261123-7K3QX2'],
  ['ID_CIMB', 'STL-261123-7K3QX2'],
  ['ID_BCA', '261123-7K3QX2'],
  ['ID_BNI', '261123-7K3QX2'],
])('a description for %s tells one from another: %s', (channelCode, shown) => {
  const channel = payoutChannels[channelCode]
  expect(channel && describedFor(channel, 'Laku STL-261123-7K3QX2')).toBe(shown)
})

it('no channel gets more characters of a description than it shows', () => {
  for (const channel of Object.values(payoutChannels)) {
    const shown = describedFor(channel, 'a word without any end that a bank would show')
    expect(shown.length).toBeLessThanOrEqual(channel.descriptionLength)
    expect(channel.descriptionLength).toBeGreaterThanOrEqual(14)
  }
})
