declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
    /** The message has failed finally, so that the code that requested it may use another channel. */
    'whatsapp.failed': { messageId: string; dedupeKey: string; failureCode: string }
  }
}

export {}
