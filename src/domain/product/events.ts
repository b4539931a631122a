declare module '../kernel/events.ts' {
  interface EventPayloads {
    'product.created': { productId: string; factoryId: string }
    'product.status_changed': { productId: string; from: string; to: string }
    /** The new shelf prices, in rupiah, of variants that became cheaper. */
    'product.prices_lowered': { productId: string; prices: { variantId: string; priceIdr: number }[] }
  }
}

export {}
