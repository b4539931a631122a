import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Laku } from '../runtime/laku.ts'
import { addressRoutes } from './routes/addresses.ts'
import { authRoutes } from './routes/auth.ts'
import { factoryRoutes } from './routes/factories.ts'
import { faviconRoutes } from './routes/favicon.ts'
import { groupCallRoutes } from './routes/group-calls.ts'
import { groupSessionRoutes } from './routes/group-sessions.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { officeRoutes } from './routes/offices.ts'
import { orderRoutes } from './routes/orders.ts'
import { payRoutes } from './routes/pay.ts'
import { paymentRoutes } from './routes/payments.ts'
import { productRoutes } from './routes/products.ts'
import { rateRoutes } from './routes/rates.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { sessionPageRoutes } from './routes/session-pages.ts'
import { settlementRoutes } from './routes/settlements.ts'
import { shipmentRoutes } from './routes/shipments.ts'
import { userRoutes } from './routes/users.ts'
import { walletRoutes } from './routes/wallet.ts'
import { warehouseRoutes } from './routes/warehouse.ts'
import { wayInRoutes } from './routes/ways-in.ts'
import { whatsappRoutes } from './routes/whatsapp.ts'
import { biteshipWebhookRoutes } from './webhooks/biteship.ts'
import { fonnteWebhookRoutes } from './webhooks/fonnte.ts'
import { whatsappWebhookRoutes } from './webhooks/whatsapp.ts'
import { xenditWebhookRoutes } from './webhooks/xendit.ts'

/** The list of all plugins with routes. A route whose plugin is missing here does not exist. */
export const routes: readonly ((laku: Laku) => FastifyPluginAsyncZod)[] = [
  addressRoutes,
  authRoutes,
  biteshipWebhookRoutes,
  factoryRoutes,
  faviconRoutes,
  groupCallRoutes,
  groupSessionRoutes,
  notificationRoutes,
  officeRoutes,
  orderRoutes,
  payRoutes,
  paymentRoutes,
  productRoutes,
  rateRoutes,
  reviewRoutes,
  sessionPageRoutes,
  settlementRoutes,
  shipmentRoutes,
  userRoutes,
  walletRoutes,
  warehouseRoutes,
  wayInRoutes,
  whatsappRoutes,
  fonnteWebhookRoutes,
  whatsappWebhookRoutes,
  xenditWebhookRoutes,
]
