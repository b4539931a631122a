declare module '../kernel/events.ts' {
  interface EventPayloads {
    /** More of a variant is free than before: whoever waits for it may try again. */
    'stock.added': { variantId: string; quantity: number }
    'stock.reserved': { subjectKind: 'session' | 'order'; subjectId: string; units: number }
  }
}

export {}
