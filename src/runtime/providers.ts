import type { SmsSender } from '../domain/auth/codes/sms.ts'
import type { CourierGateway } from '../domain/logistics/courier.ts'
import type { Mailer } from '../domain/notification/mailer.ts'
import type { PushSender } from '../domain/notification/push.ts'
import type { PaymentGateway } from '../domain/payment/gateway.ts'
import type { PayoutGateway } from '../domain/payout/gateway.ts'
import type { WhatsAppSender } from '../domain/whatsapp/sender.ts'

/** The clients of all outside services, behind the domain's ports. */
export interface Providers {
  gateway: PaymentGateway
  payouts: PayoutGateway
  courier: CourierGateway
  whatsapp: WhatsAppSender
  mailer: Mailer
  push: PushSender
  sms: SmsSender
}
