declare module '../kernel/events.ts' {
  interface EventPayloads {
    'whatsapp.queued': { messageId: string }
  }
}
export {}
