declare module '../kernel/events.ts' {
  interface EventPayloads {
    'product.created': { productId: string; factoryId: string }
    'product.status_changed': { productId: string; from: string; to: string }
  }
}

export {}
