import type { CourierGateway, NewCourierOrder } from '../../../src/domain/logistics/courier.ts'

/**
 * A courier that accepts every parcel at the price that the test sets, and that accepts every cancellation.
 */
export class Courier {
  priceIdr = 0

  readonly gateway = {
    createOrder: async ({ referenceId }: NewCourierOrder) => ({
      id: `bs-${referenceId}`,
      trackingId: `tr-${referenceId}`,
      waybillId: `wb-${referenceId}`,
      status: 'confirmed',
      priceIdr: this.priceIdr,
    }),
    cancelOrder: async () => ({ status: 'cancelled' }),
  } as unknown as CourierGateway
}
