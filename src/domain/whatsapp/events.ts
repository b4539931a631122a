declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
    /** The WhatsApp message failed finally. The domain that queued it may now use another channel. */
    'whatsapp.failed': { messageId: string; dedupeKey: string; failureCode: string }
  }
}

export {}
