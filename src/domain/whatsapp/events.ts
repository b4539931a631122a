declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
    /** The WhatsApp message has failed finally, so that the code that queued it may use another channel. */
    'whatsapp.failed': { messageId: string; dedupeKey: string; failureCode: string }
  }
}

export {}
