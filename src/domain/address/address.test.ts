import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Actor } from '../kernel/index.ts'
import { registerUser } from '../user/index.ts'
import {
  type AddressChanges,
  type AddressInput,
  addressesById,
  createAddress,
  deleteAddress,
  getAddress,
  listAddresses,
  setDefaultAddress,
  snapshotOf,
  updateAddress,
} from './index.ts'

const home = {
  label: 'Rumah',
  recipientName: 'Siti',
  phone: '0812-3456-7890',
  street: 'Jl. Melati 1',
  district: 'Coblong',
  city: 'Bandung',
  province: 'Jawa Barat',
  postalCode: '40132',
}

describe('addresses', () => {
  let laku: TestLaku
  let people = 0
  beforeAll(async () => {
    laku = await openTestLaku({ choreography: { 'user.registered': {} } })
  })
  afterAll(() => laku.close())

  const newCustomer = async (): Promise<Actor> => {
    const phone = `08123450${(people++).toString().padStart(4, '0')}`
    const { id } = await laku.system((work) => registerUser(work, { phone }))
    return { kind: 'customer', id }
  }
  const create = (who: Actor, more: AddressChanges & { isDefault?: boolean } = {}) =>
    laku.as(who, (work) => createAddress(work, { ...home, ...more } as AddressInput))
  const defaults = async (who: Actor) => {
    const { data } = await laku.as(who, (work) => listAddresses(work, { limit: 100 }))
    return data.filter(({ isDefault }) => isDefault).map(({ id }) => id)
  }

  it('keeps phones as E.164 and wants a postal code of 5 digits', async () => {
    const who = await newCustomer()
    const made = await create(who)
    expect(made).toEqual({ ...home, id: made.id, phone: '+6281234567890', areaId: null, isDefault: true })
    await expect(create(who, { postalCode: '4013' })).rejects.toMatchObject({
      code: 'address.postal_code_invalid',
    })
    await expect(create(who, { phone: '1' })).rejects.toMatchObject({ code: 'user.phone_invalid' })
  })

  it('has one default: the first, then the one that is asked for, then the newest left', async () => {
    const who = await newCustomer()
    const first = await create(who)
    const second = await create(who)
    expect(second.isDefault).toBe(false)
    const third = await create(who, { isDefault: true })
    expect(await defaults(who)).toEqual([third.id])
    await laku.as(who, (work) => setDefaultAddress(work, first.id))
    expect(await defaults(who)).toEqual([first.id])
    await laku.as(who, (work) => deleteAddress(work, first.id))
    expect(await defaults(who)).toEqual([third.id])
    await laku.as(who, (work) => deleteAddress(work, second.id))
    await laku.as(who, (work) => deleteAddress(work, third.id))
    expect(await defaults(who)).toEqual([])
    expect((await create(who)).isDefault).toBe(true)
  })

  it('has one default still when many are made and moved at once', async () => {
    const who = await newCustomer()
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) => create(who, { isDefault: n % 2 === 0 })),
    )
    expect(await defaults(who)).toHaveLength(1)
    await Promise.all(made.map(({ id }) => laku.as(who, (work) => setDefaultAddress(work, id))))
    expect(await defaults(who)).toHaveLength(1)
    await Promise.all(made.slice(1).map(({ id }) => laku.as(who, (work) => deleteAddress(work, id))))
    expect(await defaults(who)).toEqual([made[0]?.id])
  })

  it('changes what is given, and a snapshot stays as it was', async () => {
    const who = await newCustomer()
    const { id } = await create(who)
    const before = (await laku.system((work) => addressesById(work.tx, [id]))).get(id)
    const snapshot = before && snapshotOf(before)
    const changed = await laku.as(who, (work) =>
      updateAddress(work, id, { street: 'Jl. Mawar 2', phone: '081234567899' }),
    )
    expect(changed).toMatchObject({ street: 'Jl. Mawar 2', phone: '+6281234567899', city: 'Bandung' })
    expect(snapshot).toEqual({
      recipientName: 'Siti',
      phone: '+6281234567890',
      street: 'Jl. Melati 1',
      district: 'Coblong',
      city: 'Bandung',
      province: 'Jawa Barat',
      postalCode: '40132',
    })
    expect(await laku.as(who, (work) => updateAddress(work, id, {}))).toEqual(changed)
  })

  it('keeps the courier’s area, which goes along with what is ordered, until the postal code is another', async () => {
    const who = await newCustomer()
    const areaId = 'IDNP9IDNC22IDND140IDZ40132'
    const { id } = await create(who, { areaId })
    const whole = (await laku.system((work) => addressesById(work.tx, [id]))).get(id)
    expect(snapshotOf(whole!)).toMatchObject({ postalCode: '40132', areaId })
    const change = (changes: AddressChanges) => laku.as(who, (work) => updateAddress(work, id, changes))
    expect(await change({ street: 'Jl. Mawar 2' })).toMatchObject({ areaId })
    expect(await change({ postalCode: '40133' })).toMatchObject({ areaId: null })
    expect(await change({ postalCode: '40134', areaId })).toMatchObject({ areaId })
  })

  it("does not know another's address, nor a deleted one", async () => {
    const [who, other] = [await newCustomer(), await newCustomer()]
    const { id } = await create(who)
    const notFound = { code: 'address.not_found' }
    await expect(laku.as(other, (work) => getAddress(work, id))).rejects.toMatchObject(notFound)
    await expect(laku.as(other, (work) => updateAddress(work, id, { city: 'X' }))).rejects.toMatchObject(
      notFound,
    )
    await expect(laku.as(other, (work) => setDefaultAddress(work, id))).rejects.toMatchObject(notFound)
    await expect(laku.as(other, (work) => deleteAddress(work, id))).rejects.toMatchObject(notFound)
    await laku.as(who, (work) => deleteAddress(work, id))
    await expect(laku.as(who, (work) => getAddress(work, id))).rejects.toMatchObject(notFound)
    expect(await laku.system((work) => addressesById(work.tx, [id]))).toEqual(new Map())
  })

  it('lists by keyset pages, newest first', async () => {
    const who = await newCustomer()
    const made = [await create(who), await create(who), await create(who)].map(({ id }) => id).toReversed()
    const first = await laku.as(who, (work) => listAddresses(work, { limit: 2 }))
    const cursor = first.nextCursor as string
    const second = await laku.as(who, (work) => listAddresses(work, { limit: 2, cursor }))
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made)
    expect(second.nextCursor).toBeNull()
  })
})
