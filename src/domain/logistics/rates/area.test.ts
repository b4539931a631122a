import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Buyer } from '../../../../test/market.ts'
import { orderChoreography, Storefront } from '../../../../test/storefront.ts'
import { parcelOrigin } from '../../../runtime/parcel-origin.ts'
import { openShipments } from '../../order/booking/book.ts'
import { claimBookings } from '../../order/booking/claim.ts'

const areaId = 'IDNP9IDNC22IDND140IDZ40132'
let laku: TestLaku
let shop: Storefront
let buyer: Buyer

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(10)
  buyer = (await shop.market.buyers(1))[0]!
  await laku.db.updateTable('addresses').set({ areaId }).where('id', '=', buyer.addressId).execute()
})
afterAll(() => laku.close())

it('the courier is told the area of the address, where it is known', async () => {
  const { order } = await shop.paidOrder(buyer)
  const [booking] = await laku.system(async (work) => {
    await openShipments(work, [order.id])
    return await claimBookings(work, [order.id], parcelOrigin(laku.config))
  })
  expect(booking?.request.destination).toMatchObject({ postalCode: '40132', areaId })
})

it('a place in a session keeps it for its order', async () => {
  const session = await shop.market.session()
  const { participation } = await shop.market.join(buyer, session.id)
  const place = await laku.db
    .selectFrom('groupParticipants')
    .select('address')
    .where('id', '=', participation.id)
    .executeTakeFirst()
  expect(place?.address).toMatchObject({ postalCode: '40132', areaId })
})
