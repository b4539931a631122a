import { expect, it } from 'vitest'
import { networkOf } from './network.ts'

it('counts an address the same however it is written, and an IPv4 one in IPv6 as itself', () => {
  const v4 = ['198.51.100.7', '::ffff:198.51.100.7', '::FFFF:c633:6407', '0:0:0:0:0:ffff:c633:6407']
  for (const address of [
    ...v4,
    '64:ff9b::198.51.100.7',
    '64:ff9b::c633:6407',
    '64:ff9b:1::c633:6407',
    '64:ff9b:1:fffe::198.51.100.7',
    '::ffff:0:198.51.100.7',
  ])
    expect(networkOf(address)).toEqual({ home: '198.51.100.7' })
  const home = { home: '2001:db8:0:1::/64', site: '2001:db8:0::/48' }
  for (const address of ['2001:db8:0:1::5', '2001:0DB8:0000:0001:a:b:c:d', '2001:db8:0:1::5%eth0'])
    expect(networkOf(address)).toEqual(home)
  expect(networkOf('::1')).toEqual({ home: '0:0:0:0::/64', site: '0:0:0::/48' })
  expect(networkOf('none')).toEqual({ home: 'none' })
})
