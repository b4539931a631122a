declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
    /** The message has failed finally; its requester may use another channel. */
    'whatsapp.failed': { messageId: string; dedupeKey: string; failureCode: string }
  }
}

export {}
