declare module '../kernel/events.ts' {
  interface EventPayloads {
    'notification.email_queued': { deliveryId: string }
    'notification.push_queued': { deliveryId: string }
  }
}

export {}
